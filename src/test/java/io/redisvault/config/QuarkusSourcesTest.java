package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The properties that our settings give to Quarkus. */
class QuarkusSourcesTest {

    @Test
    void variablesReachTheTypedInterfaceAndQuarkus() {
        SmallRyeConfig config = Reading.inQuarkus("HTTP_PORT=9000", "STORAGE_URL=s3://bkt");

        VaultConfig vault = config.getConfigMapping(VaultConfig.class);
        assertThat(vault.http().port()).isEqualTo(9000);
        assertThat(vault.storage().bucket()).contains("bkt");
        assertThat(vault.storage().prefix()).isEmpty();
        assertThat(config.getValue("quarkus.http.port", int.class)).isEqualTo(9000);
    }

    @Test
    void dollarsAndBackslashesStayWhatTheyAre() {
        for (String token : new String[] {"a$b${c}$$d\\$e\\\\${f:g}", "${HOME}--------------", "$${x}\\-----------"}) {
            assertThat(Reading.inQuarkus("API_TOKEN=" + token)
                            .getConfigMapping(VaultConfig.class)
                            .http()
                            .token())
                    .contains(token);
        }
    }

    @Test
    void othersVariablesThatLookLikeOurPropertiesChangeNothing() {
        VaultConfig vault = Reading.inQuarkus(
                        "VAULT_ADDR=https://vault:8200",
                        "VAULT_TOKEN=t",
                        "VAULT_HTTP_PORT=1",
                        "VAULT_RETENTION_KEEP_LAST=1",
                        "VAULT_STORAGE_REGION=x",
                        "VAULT_PORT=tcp://10.0.0.1:80")
                .getConfigMapping(VaultConfig.class);

        assertThat(vault.http().port()).isEqualTo(8080);
        assertThat(vault.storage().region()).isEmpty();
    }

    @Test
    void nothingIsReadWhileQuarkusBuilds() {
        SmallRyeConfig build = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(Map.of(), "Build system", 400))
                .withSources(new QuarkusSources())
                .build();

        assertThat(build.getConfigSources())
                .noneMatch(source -> source.getName().contains("redis-vault"));
    }
}
