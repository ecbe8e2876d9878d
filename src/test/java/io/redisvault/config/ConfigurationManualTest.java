package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.config.VaultConfig.StorageType;
import io.redisvault.docs.Page;
import io.smallrye.config.SmallRyeConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Everything that docs/configuration.md says of values is what the program does with them. */
class ConfigurationManualTest {

    private static final Page MANUAL = Page.of("docs/configuration.md");

    @TempDir
    private Path directory;

    @Test
    void theWholeFileHasEveryKeyAtItsDefault() {
        String file = MANUAL.section("The whole file").blocks("yaml").get(0);
        Map<String, Optional<String>> written = new TreeMap<>();
        Map<String, Map<String, Object>> groups = new Yaml(new SafeConstructor(new LoaderOptions())).load(file);
        groups.forEach((group, keys) -> keys.forEach((key, value) ->
                written.put(group + "." + key, Optional.ofNullable(value).map(Object::toString))));
        Map<String, Optional<String>> defaults = new TreeMap<>();
        Setting.ALL.forEach(setting -> defaults.put(setting.key(), setting.defaultValue(StorageType.S3)));
        assertThat(written).isEqualTo(defaults);
    }

    @Test
    void theWholeFileIsReadAsNoFileAtAll() {
        Settings settings = Reading.yaml(
                directory, MANUAL.section("The whole file").blocks("yaml").get(0));
        assertThat(settings.mistakes()).isEmpty();
        assertThat(settings.properties()).isEqualTo(Reading.environment().properties());
    }

    @Test
    void theTableOfValuesHasEveryVariable() {
        assertThat(values().stream().flatMap(row -> Page.code(row.get(0)).stream()))
                .containsExactlyInAnyOrderElementsOf(Setting.ALL.stream()
                        .flatMap(setting -> setting.variables().stream())
                        .toList());
    }

    @Test
    void whatIsSaidToBeRightIsTaken() {
        assertThat(values().stream().flatMap(row -> Page.code(row.get(2)).stream()))
                .hasSizeGreaterThan(30)
                .allSatisfy(assignment ->
                        assertThat(Reading.environment(assignment).mistakes()).isEmpty());
    }

    @Test
    void whatIsSaidToBeWrongIsOneMistakeThatNamesTheVariable() {
        assertThat(values().stream().flatMap(row -> Page.code(row.get(3)).stream()))
                .hasSizeGreaterThan(30)
                .allSatisfy(
                        assignment -> assertThat(Reading.environment(assignment).mistakes())
                                .singleElement()
                                .asString()
                                .startsWith(assignment.split("=")[0]));
    }

    static Stream<Page> mistakes() {
        return Stream.of(
                MANUAL.section("What must hold between settings"),
                Page.of("docs/coming-from-rust.md").section("What is stricter"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void everyMessageIsTheOneThatIsPrinted(Page section) {
        assertThat(section.rows()).hasSizeGreaterThan(3).allSatisfy(row -> {
            List<String> given = Page.code(row.get(0));
            Settings settings = given.get(0).contains(": ")
                    ? Reading.yaml(directory, given.get(0))
                    : Reading.environment(given.toArray(String[]::new));
            assertThat(settings.mistakes())
                    .map(line -> line.replace(directory + "/", ""))
                    .isEqualTo(Page.code(row.get(row.size() - 1)));
        });
    }

    @Test
    void theVariablesOfQuarkusGoBeforeOurs() {
        Stream<String> quarkus = MANUAL.section("Beyond these settings").rows().stream()
                .map(row -> Page.code(row.get(0)).get(0));
        SmallRyeConfig config = Reading.inQuarkus(Stream.concat(quarkus, Stream.of("S3_ENDPOINT=http://minio:9000"))
                .toArray(String[]::new));
        assertThat(config.getValue("quarkus.s3.path-style-access", boolean.class))
                .isFalse();
        assertThat(config.getValue("quarkus.s3.checksum-validation", boolean.class))
                .isTrue();
    }

    private static List<List<String>> values() {
        return MANUAL.section("How values are written").rows();
    }
}
