package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What can be seen of both images without building them; {@code .ci/image} builds that of the JVM. */
class ImagesTest {

    private static final Path DOCKER = Path.of("src/main/docker");

    private static final List<String> SENT = contentOf(Path.of(".dockerignore").toFile())
            .lines()
            .filter(line -> line.startsWith("!"))
            .map(line -> line.substring(1))
            .toList();

    @ParameterizedTest
    @ValueSource(strings = {"jvm", "native"})
    void whatIsCopiedIsSent(String kind) {
        assertThat(Pattern.compile("^COPY (?!.*--from)(.*)$", Pattern.MULTILINE)
                        .matcher(dockerfile(kind).replace("\\\n", ""))
                        .results()
                        .map(copy -> copy.group(1).replaceAll("--\\S+ ", ""))
                        .flatMap(copy -> Arrays.stream(
                                copy.substring(0, copy.lastIndexOf(' ')).split(" +"))))
                .isNotEmpty()
                .map(file -> file.replaceAll("/$|\\[|]", ""))
                .allSatisfy(file -> assertThat(SENT)
                        .anySatisfy(sent -> assertThat(Path.of(file)).startsWithRaw(Path.of(sent))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jvm", "native"})
    void itRunsAsTheUserOfRedisAndSaysHowItIs(String kind) {
        assertThat(dockerfile(kind))
                .contains("\nUSER 999:999\n", "\nSTOPSIGNAL SIGTERM\n", "\nHEALTHCHECK ", "\nENTRYPOINT [")
                .contains("org.opencontainers.image.version=\"${VERSION}\"");
    }

    @Test
    void aReleaseBuildsBoth() {
        Map<String, Object> workflow = new Yaml()
                .load(contentOf(Path.of(".github/workflows/release.yml").toFile()));
        assertThat(workflow.get("jobs").toString())
                .contains("kind=[native, jvm]", "file=src/main/docker/Dockerfile.${{ matrix.kind }}")
                .contains("sbom=true", "provenance=mode=max", "cosign sign");
    }

    private static String dockerfile(String kind) {
        return contentOf(DOCKER.resolve("Dockerfile." + kind).toFile());
    }
}
