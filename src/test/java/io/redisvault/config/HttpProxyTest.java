package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProxyTest {

    private static final URI SERVER = URI.create("https://minio.storage.svc:9000");

    @ParameterizedTest
    @CsvSource({
        "http://proxy:3128, proxy:3128",
        "proxy:3128, proxy:3128",
        "http://proxy, proxy:80",
        "http://user:pass@proxy:3128/, proxy:3128"
    })
    void readsAnAddress(String value, String proxy) {
        assertThat(HttpProxy.of(SERVER, Map.of("HTTPS_PROXY", value))).hasToString("Optional[" + proxy + "]");
    }

    @Test
    void readsAUserAndAPasswordWithAnyCharacter() {
        HttpProxy proxy = HttpProxy.of(SERVER, Map.of("https_proxy", "http://a%3Ab:c+d%40@proxy:1"))
                .orElseThrow();
        assertThat(proxy.user()).contains("a:b");
        assertThat(proxy.password()).isEqualTo("c+d@");
    }

    @Test
    void isOfTheServersScheme() {
        Map<String, String> environment = Map.of("HTTP_PROXY", "plain:1", "HTTPS_PROXY", "secure:2");
        assertThat(HttpProxy.of(SERVER, environment)).hasToString("Optional[secure:2]");
        assertThat(HttpProxy.of(URI.create("http://minio"), environment)).hasToString("Optional[plain:1]");
        assertThat(HttpProxy.of(SERVER, Map.of("HTTP_PROXY", "plain:1"))).isEmpty();
        assertThat(HttpProxy.of(SERVER, Map.of("HTTPS_PROXY", " "))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "minio.storage.svc",
                "MINIO.storage.svc:9000",
                "storage.svc",
                ".storage.svc",
                "*.storage.svc",
                "*",
                "localhost,svc",
                "localhost svc",
                "10.0.0.0/8, .svc"
            })
    void isNotForExceptions(String exceptions) {
        assertThat(HttpProxy.of(SERVER, Map.of("HTTPS_PROXY", "proxy:1", "NO_PROXY", exceptions)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"minio", "inio.storage.svc", "minio.storage.svc:9001", "storage", "10.0.0.0/8", ",", "."})
    void isForOthers(String exceptions) {
        assertThat(HttpProxy.of(SERVER, Map.of("HTTPS_PROXY", "proxy:1", "NO_PROXY", exceptions)))
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.0.0.0/8, true",
        "11.1.2.3, 10.0.0.0/8, false",
        "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.0/33, false",
        "10.1.2.3, 10.0.0.0/x, false",
        "'[fd00::1]', fd00::/8, true",
        "'[fd00::1]', 10.0.0.0/8, false",
        "'[fd00::1]', fd00::1, true"
    })
    void isNotForANetwork(String host, String exceptions, boolean direct) {
        assertThat(HttpProxy.of(URI.create("https://" + host), Map.of("HTTPS_PROXY", "proxy:1", "NO_PROXY", exceptions))
                        .isEmpty())
                .isEqualTo(direct);
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5://proxy:1080", "http://user:pass@", "http://us er:pass@proxy", "http://proxy:port"})
    void somethingElseIsNamedWithoutItsPassword(String value) {
        assertThatThrownBy(() -> HttpProxy.of(SERVER, Map.of("HTTPS_PROXY", value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("HTTPS_PROXY is not the address of an HTTP proxy; write http://proxy:3128");
    }

    @Test
    void theOneOfTheHeartbeatIsLookedAtBeforeAnythingStarts() {
        assertThat(Reading.environment(
                                "STORAGE_URL=file:///backups",
                                "HEARTBEAT_URL=https://hc-ping.com/uuid",
                                "HTTPS_PROXY=socks5://proxy:1080")
                        .mistakes())
                .containsExactly("HTTPS_PROXY is not the address of an HTTP proxy; write http://proxy:3128");
    }
}
