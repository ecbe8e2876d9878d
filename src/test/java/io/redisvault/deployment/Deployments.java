package io.redisvault.deployment;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Named;

/** What there is to apply in {@code k8s/}. */
public final class Deployments {

    private static final Path DIRECTORY = Path.of("k8s");

    /** The first with a kustomize of version 5; Debian's is older. */
    private static final int MINOR_VERSION_OF_KUBECTL = 27;

    private static final boolean KUSTOMIZES = Tool.KUBECTL.isThere() && minorVersion() >= MINOR_VERSION_OF_KUBECTL;

    private static final List<Named<Manifests>> RENDERED =
            KUSTOMIZES ? kustomizations().map(Deployments::rendered).toList() : List.of();

    private Deployments() {}

    /** Each way to deploy Redis with its sidecar: the one file, and what kubectl renders. */
    public static Stream<Named<Manifests>> all() {
        Path file = DIRECTORY.resolve("deployment.yaml");
        return Stream.concat(Stream.of(Named.of(file.toString(), Manifests.read(file))), rendered())
                .filter(manifests -> manifests.getPayload().has(StatefulSet.class));
    }

    /** Skips a test that can do nothing without {@link #rendered}. */
    static void mustBeRendered() {
        Assumptions.assumeTrue(KUSTOMIZES, "no kubectl of 1.27 or newer on this machine");
    }

    private static int minorVersion() {
        String version = Tool.KUBECTL.run("version", "--client", "--output=json");
        return Integer.parseInt(
                JsonPath.from(version).getString("clientVersion.minor").replaceAll("\\D", ""));
    }

    /** What kubectl makes of each kustomization; nothing where there is no kubectl. */
    static Stream<Named<Manifests>> rendered() {
        return RENDERED.stream();
    }

    private static Named<Manifests> rendered(Path directory) {
        return Named.of(directory.toString(), Manifests.parse(Tool.KUBECTL.run("kustomize", directory.toString())));
    }

    /** Renders the overlay for S3 with these components. */
    static Manifests withComponents(String... names) throws IOException {
        mustBeRendered();
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "overlay");
        Path kustomization = Files.writeString(directory.resolve("kustomization.yaml"), """
                resources: [../../k8s/overlays/s3]
                components: [%s]
                """.formatted(
                        Stream.of(names).map("../../k8s/components/"::concat).collect(Collectors.joining(", "))));
        try {
            return rendered(directory).getPayload();
        } finally {
            Files.delete(kustomization);
            Files.delete(directory);
        }
    }

    /** The container redis-vault in the values for each chart. */
    public static Stream<Named<Container>> charts() {
        return paths(".values.yaml")
                .map(file -> Named.of(file.getFileName().toString(), Manifests.container(text(file), "redis-vault")));
    }

    /** Directories that can be applied; a component cannot, by itself. */
    private static Stream<Path> kustomizations() {
        return paths("kustomization.yaml")
                .filter(file -> text(file).contains("\nkind: Kustomization\n"))
                .map(Path::getParent);
    }

    /** Files of documents for the API. */
    static Stream<Path> files() {
        return paths(".yaml")
                .filter(file -> !file.endsWith("kustomization.yaml"))
                .filter(file -> !file.toString().endsWith(".values.yaml"));
    }

    private static Stream<Path> paths(String end) {
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
