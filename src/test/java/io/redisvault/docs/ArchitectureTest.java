package io.redisvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/architecture.md describes the house that is there. */
class ArchitectureTest {

    private static final Page PAGE = Page.of("docs/architecture.md");
    private static final Path HOUSE = Path.of("src/main/java/io/redisvault");
    private static final Pattern IMPORT = Pattern.compile("^import (?:static )?io\\.redisvault\\.([a-z]+)\\.");

    /** Of other houses. */
    private static final Set<String> FOREIGN = Set.of("Uni", "Multi");

    @Test
    void everyRoomIsNamedWithTheRoomsItUses() {
        Map<String, Set<String>> described = new TreeMap<>();
        PAGE.section("Rooms")
                .rows()
                .forEach(row -> described.put(
                        Page.code(row.get(0)).get(0), row.size() < 3 ? Set.of() : Set.copyOf(Page.code(row.get(2)))));
        Map<String, Set<String>> built = new TreeMap<>();
        list(HOUSE)
                .filter(Files::isDirectory)
                .forEach(room -> built.put(room.getFileName().toString(), uses(room)));
        assertThat(described).isEqualTo(built);
    }

    @Test
    void noRoomUsesOneBelowIt() {
        Set<String> above = new HashSet<>();
        assertThat(PAGE.section("Rooms").rows()).allSatisfy(row -> {
            assertThat(above).containsAll(row.size() < 3 ? Set.of() : Page.code(row.get(2)));
            above.addAll(Page.code(row.get(0)));
        });
    }

    @Test
    void everyClassThatIsNamedExists() {
        Set<String> classes = Stream.of("src/main/java", "src/test/java")
                .flatMap(root -> walk(Path.of(root)))
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
        assertThat(Page.code(PAGE.text()))
                .filteredOn(code -> code.matches("[A-Z]+[a-z][A-Za-z0-9]*") && !FOREIGN.contains(code))
                .hasSizeGreaterThan(40)
                .isSubsetOf(classes);
    }

    @Test
    void everyPromiseOfTheReadmeHasItsTests() {
        Set<String> promised = Pattern.compile("^- \\*\\*(.*)\\.\\*\\*", Pattern.MULTILINE)
                .matcher(Page.of("README.md").text().split("\n## ")[0])
                .results()
                .map(promise -> promise.group(1))
                .collect(Collectors.toSet());
        assertThat(promised).hasSizeGreaterThan(5);
        assertThat(PAGE.section("Promises").rows().stream()
                        .filter(row ->
                                Page.code(row.get(2)).stream().anyMatch(name -> name.matches(".*(IT|Test|Contract)")))
                        .map(row -> row.get(0)))
                .containsAll(promised);
    }

    private static Set<String> uses(Path room) {
        return walk(room)
                .flatMap(file -> lines(file))
                .flatMap(line -> IMPORT.matcher(line).results())
                .map(used -> used.group(1))
                .filter(used -> !used.equals(room.getFileName().toString()))
                .collect(Collectors.toSet());
    }

    private static Stream<Path> walk(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> list(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
