package io.redisvault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for the main code that no compiler knows. */
class ArchitectureTest {

    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern IMPORT =
            Pattern.compile("^import (?:static )?([a-z0-9_.]+)\\.[A-Z]", Pattern.MULTILINE);
    private static final Pattern INTERNAL =
            Pattern.compile("\\.(impl|internal)(\\.|$)|resteasy\\.reactive\\.server\\.(core|spi)");

    private static final Pattern FOUND = Pattern.compile(
            "static final [^;]* (Infrastructure\\.|System\\.|Runtime\\.getRuntime|ProcessHandle\\.|Instant\\.now|new SecureRandom)");

    @Test
    void noPackageUsesItselfInACircle() {
        Map<String, Set<String>> uses = new HashMap<>();
        files().forEach(file -> uses.computeIfAbsent(packageOf(file), any -> new TreeSet<>())
                .addAll(imports(file).stream()
                        .filter(name -> name.startsWith("io.redisvault"))
                        .toList()));
        uses.forEach((room, used) -> used.remove(room));
        // Whatever uses nothing that is left is no part of a circle.
        while (uses.values().removeIf(used -> used.stream().noneMatch(uses::containsKey))) {}

        assertThat(uses).isEmpty();
    }

    @Test
    void noClassIsLongerThanTwoScreens() {
        assertThat(files().stream().filter(file -> text(file).lines().count() > 300))
                .isEmpty();
    }

    @Test
    void noInternalPackageOfAnotherProjectIsUsed() {
        assertThat(files().stream().flatMap(file -> imports(file).stream()).filter(name -> INTERNAL.matcher(name)
                        .find()))
                .isEmpty();
    }

    /** It is looked up in a table of mounts, which a bare root may lack. */
    @Test
    void nothingAsksForTheFileStore() {
        assertThat(files()).noneMatch(file -> text(file).contains("getFileStore"));
    }

    /** Whoever builds a native executable initialises its classes: what they ask then is true of that machine only. */
    @Test
    void noClassKeepsWhatItFindsInTheProcess() {
        assertThat(files().stream()
                        .flatMap(file -> FOUND.matcher(text(file)).results())
                        .map(MatchResult::group))
                .isEmpty();
    }

    private static List<Path> files() {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String packageOf(Path file) {
        return SOURCES.relativize(file.getParent()).toString().replace('/', '.');
    }

    private static List<String> imports(Path file) {
        return IMPORT.matcher(text(file))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
