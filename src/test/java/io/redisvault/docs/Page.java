package io.redisvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the documentation, or a section of one, as tests read it. */
public record Page(Path path, String text) {

    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

    public static Page of(String path) {
        return of(Path.of(path));
    }

    static Page of(Path path) {
        try {
            return new Page(path, Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From a heading of the second level to the next one. */
    public Page section(String heading) {
        int start = text.indexOf("\n## " + heading + "\n");
        assertThat(start).as(heading).isNotNegative();
        int end = text.indexOf("\n## ", start + 1);
        return new Page(path, text.substring(start, end < 0 ? text.length() : end));
    }

    /** What stands in fences of that language. */
    public List<String> blocks(String language) {
        return Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    /** The cells of each row of its tables, without the heads. */
    public List<List<String>> rows() {
        return Pattern.compile("^\\|-.*\n((?:\\|.*\n)+)", Pattern.MULTILINE)
                .matcher(text)
                .results()
                .flatMap(table -> table.group(1).lines())
                .map(row -> Arrays.stream(row.substring(1).split("(?<!\\\\)\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    /** What stands in backticks, one after the other. */
    public static List<String> code(String text) {
        return CODE.matcher(text).results().map(code -> code.group(1)).toList();
    }

    /** Where its links lead, as they are written. */
    Stream<String> links() {
        return LINK.matcher(text).results().map(link -> link.group(1));
    }

    /** The names of its sections within an address. */
    List<String> anchors() {
        return HEADING.matcher(text)
                .results()
                .map(MatchResult::group)
                .map(heading -> heading.replaceAll("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .toList();
    }
}
