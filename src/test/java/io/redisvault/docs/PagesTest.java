package io.redisvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever follows a link in the documentation arrives. */
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
}
