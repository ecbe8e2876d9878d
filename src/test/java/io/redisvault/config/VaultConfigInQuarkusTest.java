package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

/** The settings as a running application has them. */
@QuarkusTest
@TestProfile(VaultConfigInQuarkusTest.Variables.class)
class VaultConfigInQuarkusTest {

    public static final class Variables implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "REDIS_NODE_NAME", "redis-1",
                    "REDIS_CONNECTION", "rediss://me:p+$%7Bx%7D@localhost:6380/2",
                    "REDIS_CA_FILE", "src/test/resources/redis-ca.pem",
                    "S3_ENDPOINT", "http://localhost:9",
                    "RUST_LOG", "redis_vault=debug");
        }
    }

    @Inject
    VaultConfig settings;

    @Inject
    Config config;

    @Test
    void variablesAreWhatIsInjected() {
        assertThat(settings.redis().nodeName()).isEqualTo("redis-1");
        assertThat(settings.redis().connectionString().password()).contains("p+${x}");
        assertThat(settings.storage().bucket()).contains("redis-vault");
        assertThat(settings.storage().region()).isEmpty();
    }

    @Test
    void quarkusTakesWhatFollowsFromThem() {
        assertThat(config.getValue("quarkus.redis.hosts", String.class))
                .isEqualTo("rediss://me:p%2B%24%7Bx%7D@localhost:6380/2");
        assertThat(config.getValue("quarkus.s3.endpoint-override", String.class))
                .isEqualTo("http://localhost:9");
        assertThat(org.jboss.logging.Logger.getLogger(VaultConfig.class).isDebugEnabled())
                .isTrue();
        assertThat(org.jboss.logging.Logger.getLogger("io.vertx").isDebugEnabled())
                .isFalse();
    }
}
