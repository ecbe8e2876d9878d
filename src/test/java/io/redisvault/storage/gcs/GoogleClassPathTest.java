package io.redisvault.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pom keeps what Google's client needs for gRPC out of the application; a new version may bring it back. */
class GoogleClassPathTest {

    @Test
    void onlyTheGrpcJarsWhoseTypesAreNamedInSignaturesAreThere() {
        assertThat(jars("grpc-")).containsExactlyInAnyOrder("grpc-api", "grpc-context");
        assertThat(jars("gapic-google-")).isEmpty();
        assertThat(jars("proto-google-")).isEmpty();
        assertThat(jars("gax")).containsExactlyInAnyOrder("gax", "gax-httpjson");
        assertThat(jars("opentelemetry-sdk")).isEmpty();
        assertThat(jars("conscrypt")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder",
                "io.grpc.xds.XdsChannelCredentials",
                "io.grpc.alts.AltsChannelBuilder",
                "io.grpc.googleapis.GoogleCloudToProdNameResolverProvider",
                "io.grpc.stub.AbstractStub",
                "com.google.api.gax.grpc.InstantiatingGrpcChannelProvider",
                "com.google.cloud.monitoring.v3.MetricServiceClient",
                "org.conscrypt.Conscrypt"
            })
    void noneOfTheirClassesCanBeLoaded(String name) {
        assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }

    /** Names, without versions, of the jars on the class path that start so. */
    private static List<String> jars(String start) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).getFileName().toString())
                .filter(jar -> jar.startsWith(start))
                .map(jar -> jar.replaceFirst("-\\d.*", ""))
                .toList();
    }
}
