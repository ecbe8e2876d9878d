package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of settings in the README is that of the code. */
class ReadmeTest {

    @Test
    void theTableHasEverySettingAndNoOther() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String table = readme.substring(readme.indexOf("<!-- settings -->"), readme.indexOf("<!-- /settings -->"));
        List<String> documented = table.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(0, line.lastIndexOf('|', line.length() - 2)))
                .map(line -> line.substring(0, line.length()).strip())
                .toList();
        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(
                        Setting.ALL.stream().map(ReadmeTest::row).toList());
    }

    private static String row(Setting setting) {
        String variables =
                setting.variables().stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
        String fallback = setting.key().equals("storage.bucket")
                ? "`redis-vault` (S3)"
                : setting.defaultValue(StorageType.GCS)
                        .map(value -> "`" + value + "`")
                        .orElse("none");
        return "| " + variables + " | `" + setting.key() + "` | " + fallback;
    }

    @Test
    void theExampleFileIsTheOneThatLoads() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String example = readme.substring(readme.indexOf("```yaml\nredis:") + "```yaml\n".length());
        assertThat(example.substring(0, example.indexOf("```")))
                .isEqualTo(Files.readString(Path.of("src/test/resources/seed-config.yaml")));
    }
}
