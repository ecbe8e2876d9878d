package io.redisvault.storage.gcs;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Google's client is the small one: a new version may bring back what the service does not speak. */
class GoogleClassPathTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.grpc.internal.GrpcUtil",
                "com.google.api.gax.rpc.ApiException",
                "com.google.cloud.storage.Storage",
                "com.google.protobuf.Message",
                "io.opentelemetry.sdk.OpenTelemetrySdk",
                "com.google.api.client.http.apache.v2.ApacheHttpTransport",
                "org.conscrypt.Conscrypt"
            })
    void noneOfTheseClassesCanBeLoaded(String name) {
        assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }
}
