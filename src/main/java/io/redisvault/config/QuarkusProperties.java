package io.redisvault.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Properties of Quarkus and its extensions that follow from our settings; all are read at run time. */
final class QuarkusProperties {

    private static final String TLS_VERSIONS = "TLSv1.3,TLSv1.2";

    private static final Duration LONGEST_CONNECTING = Duration.ofSeconds(10);

    private final Map<String, String> properties = new TreeMap<>();

    private QuarkusProperties() {}

    static Map<String, String> of(VaultConfig config) {
        QuarkusProperties quarkus = new QuarkusProperties();
        quarkus.http(config.http());
        quarkus.logging(config.logging());
        quarkus.redis(config.redis());
        quarkus.s3(config.storage());
        quarkus.set("quarkus.shutdown.timeout", config.backup().shutdownTimeout());
        return quarkus.properties;
    }

    private void set(String name, Object value) {
        properties.put(name, value.toString());
    }

    private void http(VaultConfig.Http http) {
        set("quarkus.http.port", http.port());
        set("quarkus.http.host", http.host());
        http.tlsCertFile().ifPresent(cert -> {
            set("quarkus.http.insecure-requests", "disabled");
            set("quarkus.http.ssl-port", http.port());
            set("quarkus.http.tls-configuration-name", "http");
            set("quarkus.tls.http.key-store.pem.0.cert", cert);
            http.tlsKeyFile().ifPresent(key -> set("quarkus.tls.http.key-store.pem.0.key", key));
            set("quarkus.tls.http.protocols", TLS_VERSIONS);
            set("quarkus.tls.http.alpn", false);
            // Certificates are renewed in place.
            set("quarkus.tls.http.reload-period", "1h");
        });
    }

    private void logging(VaultConfig.Logging logging) {
        // A closer look at us is not one at the libraries, whose debug lines may hold credentials.
        String level = logging.level().toUpperCase(Locale.ROOT);
        boolean closer = level.equals("TRACE") || level.equals("DEBUG");
        set("quarkus.log.level", closer ? "INFO" : level);
        set("quarkus.log.category.\"io.redisvault\".level", level);
        set("quarkus.log.console.json.enabled", logging.format() == VaultConfig.LogFormat.JSON);
    }

    private void redis(VaultConfig.Redis redis) {
        RedisAddress address = redis.connectionString();
        Optional<String> password = address.password()
                .or(() -> redis.passwordFile().map(SecretFile::content))
                .or(redis::password);
        set(
                "quarkus.redis.hosts",
                password.map(address::withPassword).orElse(address).toClientUri());
        set("quarkus.redis.timeout", redis.timeout());
        set("quarkus.redis.tcp.connection-timeout", redis.timeout());
        // One that gives no answer any more would keep its place in the pool for ever. In whole seconds.
        set("quarkus.redis.tcp.idle-timeout", redis.timeout().multipliedBy(2).plusSeconds(1));
        // Stack traces of connections that failed; what it means for a backup is said elsewhere.
        set("quarkus.log.category.\"io.vertx.redis\".level", "OFF");
        if (address.socket().isPresent()) {
            set("quarkus.vertx.prefer-native-transport", true);
        }
        if (address.tls()) {
            set("quarkus.redis.tls-configuration-name", "redis");
            set("quarkus.tls.redis.hostname-verification-algorithm", "HTTPS");
            set("quarkus.tls.redis.protocols", TLS_VERSIONS);
            set("quarkus.tls.redis.alpn", false);
            redis.caFile().map(QuarkusProperties::listOf).ifPresent(path -> {
                set("quarkus.tls.redis.trust-store.pem.certs", path);
                set("quarkus.tls.redis.trust-store.certificate-expiration-policy", "reject");
                set("quarkus.log.category.\"io.quarkus.tls\".level", "OFF");
            });
            redis.clientCertFile().ifPresent(path -> set("quarkus.tls.redis.key-store.pem.0.cert", path));
            redis.clientKeyFile().ifPresent(path -> set("quarkus.tls.redis.key-store.pem.0.key", path));
        }
    }

    private static String listOf(Path path) {
        return path.toString().replace("\\", "\\\\").replace(",", "\\,");
    }

    private void s3(VaultConfig.Storage storage) {
        boolean used = storage.type() == StorageType.S3;
        Optional<URI> endpoint = storage.endpoint().filter(uri -> used);
        endpoint.ifPresent(uri -> {
            set("quarkus.s3.endpoint-override", uri);
            set("quarkus.s3.path-style-access", true);
            // Servers other than Amazon's often reject the checksums that this adds.
            set("quarkus.s3.checksum-validation", false);
        });
        // Without a region the SDK asks the instance's metadata service, at length where there is none.
        Optional<String> fallback = endpoint.isPresent() || !used ? Optional.of("us-east-1") : Optional.empty();
        storage.region().or(() -> fallback).ifPresent(region -> set("quarkus.s3.aws.region", region));
        // Each is about one silence, so that an upload may take as long as it needs while bytes move.
        Duration silence = storage.timeout();
        Duration connecting = silence.compareTo(LONGEST_CONNECTING) < 0 ? silence : LONGEST_CONNECTING;
        set("quarkus.s3.async-client.read-timeout", silence);
        set("quarkus.s3.async-client.write-timeout", silence);
        set("quarkus.s3.async-client.connection-timeout", connecting);
        set("quarkus.s3.async-client.connection-acquisition-timeout", connecting);
    }
}
