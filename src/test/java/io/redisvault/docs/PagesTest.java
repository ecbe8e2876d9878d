package io.redisvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.cli.RedisVault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Whoever follows a link, a path or a command of the documentation arrives. */
class PagesTest {

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> atTop = Files.list(Path.of(""));
                Stream<Path> manuals = Files.list(Path.of("docs"))) {
            return Stream.concat(atTop, manuals)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(Path path) {
        Page page = Page.of(path);
        assertThat(page.links()).filteredOn(link -> !link.contains("://")).allSatisfy(link -> {
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty() ? path : path.resolveSibling(parts[0]);
            assertThat(target).exists();
            if (parts.length == 2) {
                assertThat(Page.of(target).anchors()).contains(parts[1]);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPageIsReachedFromAnother(Path path) throws IOException {
        assertThat(pages().filter(other -> !other.equals(path))).anySatisfy(other -> assertThat(
                        Page.of(other).links().map(link -> other.resolveSibling(link.split("#")[0])
                                .normalize()))
                .contains(path));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyFileThatIsNamedIsThere(Path path) {
        assertThat(matches(Page.of(path).text(), "(?<![\\w./])(?:k8s|src|docs)/[\\w./-]*\\w"))
                .allSatisfy(file -> assertThat(Path.of(file)).exists());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyCommandThatIsNamedIsThere(Path path) {
        assertThat(matches(Page.of(path).text(), "(?<=`|\n)redis-vault( [a-z]+)?( [^`|\n]*)?"))
                .allSatisfy(PagesTest::assertIsThere);
    }

    @Test
    void everyExampleOfTheHelpIsACommandOnOneLine() {
        assertThat(new CommandLine(new RedisVault()).getSubcommands().values())
                .filteredOn(command -> command.getUsageMessage().contains("\nExamples:"))
                .isNotEmpty()
                .allSatisfy(command -> assertThat(command.getUsageMessage()
                                .split("\nExamples:\n")[1]
                                .lines())
                        .allSatisfy(line -> {
                            assertThat(line).containsPattern("\\bredis-vault [a-z]+");
                            assertIsThere(line.replaceAll(".*(?=redis-vault )|[;)].*| > .*", ""));
                        }));
    }

    private static void assertIsThere(String line) {
        String[] words = line.replaceAll("[\\[\\]]", "").split(" ");
        CommandLine command = new CommandLine(new RedisVault());
        if (words.length > 1 && !words[1].startsWith("-")) {
            assertThat(command.getSubcommands()).containsKey(words[1]);
            command = command.getSubcommands().get(words[1]);
        }
        assertThat(command.getCommandSpec().optionsMap().keySet())
                .containsAll(Arrays.stream(words)
                        .filter(word -> word.startsWith("-"))
                        .toList());
    }

    private static Stream<String> matches(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().map(MatchResult::group);
    }
}
