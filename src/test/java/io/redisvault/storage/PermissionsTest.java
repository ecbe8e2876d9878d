package io.redisvault.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The permissions of SECURITY.md and the README are those whose lack the storages report. */
class PermissionsTest {

    private static final Path SOURCES = Path.of("src/main/java/io/redisvault/storage");
    private static final Pattern S3 = Pattern.compile("\\bs3:[A-Z][A-Za-z]+");

    @Test
    void thePolicyForS3IsWhatTheErrorsName() throws IOException {
        JsonNode policy = new ObjectMapper().readTree(block("json"));

        assertThat(policy.get("Version").asText()).isEqualTo("2012-10-17");
        assertThat(policy.get("Statement")).hasSize(2).allSatisfy(statement -> {
            assertThat(statement.fieldNames()).toIterable().containsExactly("Effect", "Action", "Resource");
            assertThat(statement.get("Effect").asText()).isEqualTo("Allow");
        });
        JsonNode ofBucket = policy.get("Statement").get(0);
        JsonNode ofObjects = policy.get("Statement").get(1);
        assertThat(ofBucket.get("Resource").asText()).isEqualTo("arn:aws:s3:::redis-vault");
        assertThat(ofObjects.get("Resource").asText()).isEqualTo("arn:aws:s3:::redis-vault/redis-vault/*");
        assertThat(actions(ofBucket)).allMatch(action -> action.startsWith("s3:ListBucket"));
        assertThat(actions(ofObjects)).noneMatch(action -> action.startsWith("s3:ListBucket"));

        assertThat(Stream.concat(actions(ofBucket).stream(), actions(ofObjects).stream()))
                .containsExactlyInAnyOrderElementsOf(namedInErrors())
                .containsExactlyInAnyOrderElementsOf(inReadme("Amazon S3"));
    }

    @Test
    void theRoleForGoogleIsWhatTheErrorNames() {
        Map<String, ?> role = new Yaml().load(block("yaml"));
        String error = GcsErrors.translate(
                        "list", "gs://b", new com.google.cloud.storage.StorageException(403, "forbidden"))
                .getMessage();

        assertThat(role).containsOnlyKeys("title", "stage", "includedPermissions");
        assertThat((List<?>) role.get("includedPermissions"))
                .map(Object::toString)
                .containsExactlyInAnyOrderElementsOf(google(error))
                .containsExactlyInAnyOrderElementsOf(google(String.join("", inReadme("Google Cloud Storage"))));
    }

    /** Out of such as {@code storage.objects.create, .get, .list and .delete}. */
    private static Set<String> google(String text) {
        Matcher list =
                Pattern.compile("storage\\.objects(\\.\\w+`?(,| and)? ?`?)+").matcher(text);
        assertThat(list.find()).as(text).isTrue();
        return Arrays.stream(list.group()
                        .replaceAll("storage\\.objects|and|[`, ]", "")
                        .split("\\."))
                .filter(name -> !name.isEmpty())
                .map(name -> "storage.objects." + name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> actions(JsonNode statement) {
        return statement.get("Action").valueStream().map(JsonNode::asText).toList();
    }

    private static Set<String> namedInErrors() throws IOException {
        try (Stream<Path> sources = Files.list(SOURCES)) {
            return sources.map(source -> contentOf(source.toFile()))
                    .flatMap(PermissionsTest::ofS3)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Stream<String> ofS3(String text) {
        return S3.matcher(text).results().map(found -> found.group());
    }

    private static List<String> inReadme(String storage) {
        String row = contentOf(Path.of("README.md").toFile())
                .lines()
                .filter(line -> line.startsWith("| " + storage))
                .findFirst()
                .orElseThrow();
        String permissions = row.substring(row.lastIndexOf('|', row.length() - 2) + 1);
        return permissions.contains("s3:") ? ofS3(permissions).toList() : List.of(permissions);
    }

    private static String block(String language) {
        Matcher block = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(contentOf(Path.of("SECURITY.md").toFile()));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }
}
