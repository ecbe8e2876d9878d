package io.redisvault.config;

import io.redisvault.config.VaultConfig.StorageType;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Gives Quarkus our settings, and the properties of Quarkus and its extensions that follow from them. */
public final class QuarkusSources implements ConfigSourceFactory {

    /** Above the environment (300): a variable like VAULT_HTTP_PORT must not override our settings. */
    private static final int SETTINGS_ORDINAL = 350;

    /** Below the environment, above application.properties: users can still tune Quarkus with its own variables. */
    private static final int DERIVED_ORDINAL = 275;

    private static final String TLS_VERSIONS = "TLSv1.3,TLSv1.2";

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        // The Quarkus build records what its sources say. The environment of the build must not become a default.
        if (context.getConfigSources().stream()
                .anyMatch(source -> source.getName().equals("PropertiesConfigSource[source=Build system]"))) {
            return List.of();
        }
        Settings settings = Settings.current();
        return List.of(
                source("settings", settings.properties(), SETTINGS_ORDINAL),
                source("derived", derived(settings.typed()), DERIVED_ORDINAL));
    }

    /** Escapes dollars: our values are not expressions, and a password may contain a dollar. */
    private static ConfigSource source(String name, Map<String, String> properties, int ordinal) {
        properties.replaceAll((key, value) -> value.replace("$", "\\$"));
        return new PropertiesConfigSource(properties, "redis-vault " + name, ordinal);
    }

    static Map<String, String> derived(VaultConfig config) {
        Map<String, Object> properties = new TreeMap<>();
        http(config.http(), properties);
        logging(config.logging(), properties);
        redis(config.redis(), properties);
        s3(config.storage(), properties);
        // The running backup is aborted first, so that a request that waits for it still gets an answer.
        properties.put(
                "quarkus.shutdown.timeout", config.backup().shutdownTimeout().plusSeconds(2));
        Map<String, String> texts = new TreeMap<>();
        properties.forEach((name, value) -> texts.put(name, value.toString()));
        return texts;
    }

    private static void http(VaultConfig.Http http, Map<String, Object> quarkus) {
        quarkus.put("quarkus.http.port", http.port());
        quarkus.put("quarkus.http.host", http.host());
        http.tlsCertFile().ifPresent(cert -> {
            quarkus.put("quarkus.http.insecure-requests", "disabled");
            quarkus.put("quarkus.http.ssl-port", http.port());
            quarkus.put("quarkus.http.tls-configuration-name", "http");
            quarkus.put("quarkus.tls.http.key-store.pem.0.cert", cert);
            http.tlsKeyFile().ifPresent(key -> quarkus.put("quarkus.tls.http.key-store.pem.0.key", key));
            quarkus.put("quarkus.tls.http.protocols", TLS_VERSIONS);
            quarkus.put("quarkus.tls.http.alpn", false);
            // Certificates may be renewed in place.
            quarkus.put("quarkus.tls.http.reload-period", "1h");
        });
    }

    private static void logging(VaultConfig.Logging logging, Map<String, Object> quarkus) {
        // Debug and trace are for our own code only: debug lines of libraries may contain credentials.
        String level = logging.level().toUpperCase(Locale.ROOT);
        boolean closer = level.equals("TRACE") || level.equals("DEBUG");
        quarkus.put("quarkus.log.level", closer ? "INFO" : level);
        quarkus.put("quarkus.log.category.\"io.redisvault\".level", level);
        quarkus.put("quarkus.log.console.json.enabled", logging.format().equals("json"));
    }

    private static void redis(VaultConfig.Redis redis, Map<String, Object> quarkus) {
        RedisAddress address = redis.connectionString();
        Optional<String> password = address.password().or(redis::password);
        quarkus.put(
                "quarkus.redis.hosts",
                password.map(address::withPassword).orElse(address).toClientUri());
        quarkus.put("quarkus.redis.timeout", redis.timeout());
        quarkus.put("quarkus.redis.tcp.connection-timeout", redis.timeout());
        // Closes dead connections, which would stay in the pool forever. Quarkus rounds down to whole seconds.
        quarkus.put(
                "quarkus.redis.tcp.idle-timeout",
                redis.timeout().multipliedBy(2).plusSeconds(1));
        // The client logs failed connections with stack traces. ConnectionDiagnosis says what is wrong.
        quarkus.put("quarkus.log.category.\"io.vertx.redis\".level", "OFF");
        if (address.socket().isPresent()) {
            quarkus.put("quarkus.vertx.prefer-native-transport", true);
        }
        if (address.tls()) {
            quarkus.put("quarkus.redis.tls-configuration-name", "redis");
            quarkus.put("quarkus.tls.redis.hostname-verification-algorithm", "HTTPS");
            quarkus.put("quarkus.tls.redis.protocols", TLS_VERSIONS);
            quarkus.put("quarkus.tls.redis.alpn", false);
            redis.caFile().map(QuarkusSources::listOf).ifPresent(path -> {
                quarkus.put("quarkus.tls.redis.trust-store.pem.certs", path);
                quarkus.put("quarkus.tls.redis.trust-store.certificate-expiration-policy", "reject");
                quarkus.put("quarkus.log.category.\"io.quarkus.tls\".level", "OFF");
            });
            redis.clientCertFile().ifPresent(path -> quarkus.put("quarkus.tls.redis.key-store.pem.0.cert", path));
            redis.clientKeyFile().ifPresent(path -> quarkus.put("quarkus.tls.redis.key-store.pem.0.key", path));
        }
    }

    private static String listOf(Path path) {
        return path.toString().replace("\\", "\\\\").replace(",", "\\,");
    }

    private static void s3(VaultConfig.Storage storage, Map<String, Object> quarkus) {
        boolean used = storage.type() == StorageType.S3;
        Optional<URI> endpoint = storage.endpoint().filter(uri -> used);
        endpoint.ifPresent(uri -> {
            quarkus.put("quarkus.s3.endpoint-override", uri);
            quarkus.put("quarkus.s3.path-style-access", true);
            // Other servers than Amazon's often reject the checksums that this would add.
            quarkus.put("quarkus.s3.checksum-validation", false);
        });
        // Without a region the SDK asks the machine's metadata service, and waits long where there is none.
        Optional<String> fallback = endpoint.isPresent() || !used ? Optional.of("us-east-1") : Optional.empty();
        storage.region().or(() -> fallback).ifPresent(region -> quarkus.put("quarkus.s3.aws.region", region));
    }
}
