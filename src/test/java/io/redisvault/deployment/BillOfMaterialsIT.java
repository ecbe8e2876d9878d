package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bill of materials that the build writes. */
class BillOfMaterialsIT {

    private static final String BILL = "target/redis-vault.cdx.json";

    @Test
    void everyLibraryOfTheServiceIsInIt() throws IOException {
        Set<String> listed = components()
                .map(component -> component.get("group").asText() + "."
                        + component.get("name").asText() + "-"
                        + component.get("version").asText())
                .collect(Collectors.toSet());
        assertThat(libraries()).hasSizeGreaterThan(100).allSatisfy(jar -> assertThat(
                        listed.stream().anyMatch(jar::startsWith))
                .as(jar)
                .isTrue());
    }

    @Test
    void nothingOfTheTestsIsInIt() throws IOException {
        assertThat(components().map(component -> component.get("name").asText()))
                .contains("quarkus-amazon-s3", "google-http-client")
                .doesNotContain("assertj-core", "junit-jupiter", "s3proxy", "embedded-redis", "rest-assured");
    }

    @Test
    void theManualScansTheFileThatIsWritten() {
        assertThat(contentOf(Path.of("SECURITY.md").toFile()))
                .contains("grype sbom:" + BILL, "trivy sbom " + BILL, "--predicate " + BILL);
    }

    private static Stream<JsonNode> components() throws IOException {
        JsonNode bill = new ObjectMapper().readTree(Path.of(BILL).toFile());
        assertThat(bill.get("bomFormat").asText()).isEqualTo("CycloneDX");
        return bill.get("components").valueStream();
    }

    private static List<String> libraries() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("target/quarkus-app/lib"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .toList();
        }
    }
}
