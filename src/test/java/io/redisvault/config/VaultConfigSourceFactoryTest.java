package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;

class VaultConfigSourceFactoryTest {

    private static SmallRyeConfig config(ConfigSource... sources) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(sources)
                .withSources(new VaultConfigSourceFactory())
                .withMapping(VaultConfig.class)
                .build();
    }

    private static ConfigSource environment(Map<String, String> variables) {
        return new EnvConfigSource(variables, EnvConfigSource.ORDINAL);
    }

    private static ConfigSource properties(String name, Map<String, String> properties) {
        return new PropertiesConfigSource(properties, name, 400);
    }

    @Test
    void variablesReachTheTypedInterfaceAndQuarkus() {
        SmallRyeConfig config = config(environment(Map.of("HTTP_PORT", "9000", "STORAGE_URL", "s3://bkt")));

        VaultConfig vault = config.getConfigMapping(VaultConfig.class);
        assertThat(vault.http().port()).isEqualTo(9000);
        assertThat(vault.storage().bucket()).contains("bkt");
        assertThat(vault.storage().prefix()).isEmpty();
        assertThat(config.getValue("quarkus.http.port", int.class)).isEqualTo(9000);
    }

    @Test
    void propertiesByAVariablesNameWinOverTheEnvironment() {
        SmallRyeConfig config = config(
                environment(Map.of("REDIS_NODE_NAME", "environment")),
                properties("test", Map.of("REDIS_NODE_NAME", "property")));

        assertThat(config.getConfigMapping(VaultConfig.class).redis().nodeName())
                .isEqualTo("property");
    }

    @Test
    void dollarsAndBackslashesStayWhatTheyAre() {
        for (String token : new String[] {"a$b${c}$$d\\$e\\\\${f:g}", "${HOME}--------------", "$${x}\\-----------"}) {
            VaultConfig vault = config(environment(Map.of("API_TOKEN", token))).getConfigMapping(VaultConfig.class);
            assertThat(vault.http().token()).contains(token);
        }
    }

    @Test
    void othersVariablesThatLookLikeOurPropertiesChangeNothing() {
        VaultConfig vault = config(environment(Map.of(
                        "VAULT_ADDR", "https://vault:8200",
                        "VAULT_TOKEN", "t",
                        "VAULT_HTTP_PORT", "1",
                        "VAULT_RETENTION_KEEP_LAST", "1",
                        "VAULT_STORAGE_REGION", "x",
                        "VAULT_PORT", "tcp://10.0.0.1:80")))
                .getConfigMapping(VaultConfig.class);

        assertThat(vault.http().port()).isEqualTo(8080);
        assertThat(vault.storage().region()).isEmpty();
    }

    @Test
    void mistakesEndTheStartAllAtOnce() {
        assertThatThrownBy(() -> config(environment(Map.of("HTTP_PORT", "x", "BACKUP_MASTER", "y"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("\nHTTP_PORT: 'x' is not a port from 0 to 65535")
                .hasMessageContaining("\nBACKUP_MASTER: 'y' is not true or false");
    }

    @Test
    void nothingIsReadWhileQuarkusBuilds() {
        SmallRyeConfig build = new SmallRyeConfigBuilder()
                .withSources(environment(Map.of("HTTP_PORT", "wrong")), properties("Build system", Map.of()))
                .withSources(new VaultConfigSourceFactory())
                .build();

        assertThat(build.getConfigSources())
                .noneMatch(source -> source.getName().contains("redis-vault"));
    }
}
