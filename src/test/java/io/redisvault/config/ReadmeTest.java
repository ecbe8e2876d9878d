package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.config.VaultConfig.StorageType;
import io.redisvault.docs.Page;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of settings, all of them and those that most people set, are those of the code. */
class ReadmeTest {

    @Test
    void theTableHasEverySettingAndNoOther() {
        List<String> documented = Page.of("docs/configuration.md").section("Every setting").rows().stream()
                .map(row -> String.join(" | ", row.subList(0, 3)))
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
        return variables + " | `" + setting.key() + "` | " + fallback;
    }

    @Test
    void theShortTableSaysTheSame() {
        List<List<String>> rows = Page.of("README.md").section("Settings").rows();
        assertThat(rows).hasSizeBetween(10, 16).allSatisfy(row -> assertThat(Page.code(row.get(0)))
                .allSatisfy(variable -> {
                    Setting setting = Setting.ALL.stream()
                            .filter(known -> known.variables().contains(variable))
                            .findFirst()
                            .orElseThrow();
                    setting.defaultValue(StorageType.S3)
                            .ifPresent(value -> assertThat(row.get(1)).contains("`" + value + "`"));
                }));
    }
}
