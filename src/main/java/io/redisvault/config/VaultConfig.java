package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMapping.NamingStrategy;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * Every setting with its type and default. A key in {@code config.yaml} is {@code group.name} in snake case; its
 * environment variables and how its value is written are in {@link Setting}.
 */
@ConfigMapping(prefix = "vault", namingStrategy = NamingStrategy.SNAKE_CASE)
public interface VaultConfig {

    Redis redis();

    Backup backup();

    Storage storage();

    Retention retention();

    Restore restore();

    Verify verify();

    Logging logging();

    Metrics metrics();

    Http http();

    /** The node that is backed up. */
    interface Redis {
        @WithDefault("redis://localhost:6379")
        RedisAddress connectionString();

        Optional<String> password();

        Optional<SecretFile> passwordFile();

        @WithDefault("/data")
        Path dataPath();

        /** Tells this node's backups from those of others under the same prefix. */
        @WithDefault("redis-node")
        String nodeName();

        @WithDefault("true")
        boolean backupMaster();

        @WithDefault("true")
        boolean backupReplica();

        /** False if masters and replicas are both backed up, so that a node need not say which it is. */
        default boolean roleMatters() {
            return !backupMaster() || !backupReplica();
        }

        @WithDefault("5s")
        Duration timeout();

        /** PEM file of the authorities to trust for {@code rediss://}; the system's own when absent. */
        Optional<Path> caFile();

        /** PEM file of the certificate that is shown to Redis, with those between it and its authority. */
        Optional<Path> clientCertFile();

        Optional<Path> clientKeyFile();
    }

    /** When a backup is taken, and of what. */
    interface Backup {
        /** Time between runs, which start at its multiples since the Unix epoch. */
        @WithDefault("1h")
        Duration interval();

        /** Five-field cron expression in UTC, instead of the interval. */
        Optional<String> cron();

        /** No scheduled run within this time after the start, so that replication can settle. */
        @WithDefault("300s")
        Duration initialDelay();

        @WithDefault("dump.rdb")
        String dumpFilename();

        @WithDefault("true")
        boolean verifyDump();

        /** Bytes per second that are sent to the storage at most; as many as there are when absent. */
        Optional<Long> rateLimit();

        /** The backup health group reports a newest backup older than this. */
        Optional<Duration> maxAge();

        /** Time that a stop waits for a running backup before it aborts it. */
        @WithDefault("30s")
        Duration shutdownTimeout();

        /** True if a stop of the service takes one more backup. Redis stops first and writes a last dump. */
        @WithDefault("false")
        boolean onShutdown();

        /** Is called after each good run. */
        Optional<URI> heartbeatUrl();

        /** Older incomplete uploads are removed; longer than an upload takes, or a second sidecar loses its own. */
        @WithDefault("1d")
        Duration unfinishedAge();

        @WithDefault("none")
        Compression compression();

        /** Public keys of age; backups are encrypted if there are any. */
        Optional<List<String>> ageRecipients();

        Optional<AgeKeyFile> ageRecipientsFile();

        /** Those of both settings. */
        default List<String> recipients() {
            return Stream.concat(
                            ageRecipients().stream().flatMap(List::stream),
                            ageRecipientsFile().stream().flatMap(file -> file.keys().stream()))
                    .map(String::strip)
                    .distinct()
                    .toList();
        }
    }

    /** Where backups go. */
    interface Storage {
        @WithDefault("s3")
        StorageType type();

        /** {@code redis-vault} when not set and the type is s3. */
        Optional<String> bucket();

        /** Without slashes at its ends; may be empty. */
        @WithDefault("redis-vault")
        @WithConverter(Text.class)
        String prefix();

        /** Region of the bucket; the SDK's own ways of finding it when absent. */
        Optional<String> region();

        Optional<URI> endpoint();

        /** PEM file of the authorities to trust for the storage; the system's own when absent. */
        Optional<Path> caFile();

        /** Credentials for Google; none for an emulator. */
        @WithDefault("default")
        Credentials credentials();

        Optional<String> sse();

        Optional<String> sseKmsKeyId();

        Optional<String> storageClass();

        /** False where the server ignores {@code If-None-Match: *}: each write is then preceded by a look. */
        @WithDefault("true")
        boolean conditionalWrites();

        Optional<String> projectId();

        /** Directory of the filesystem storage; absolute, and apart from Redis' own. */
        Optional<Path> path();

        /** The storage may neither take nor give a byte for so long before the attempt counts as failed. */
        @WithDefault("60s")
        Duration timeout();
    }

    /** Which backups stay: the newest {@code keepLast}, and those younger than {@code keepDuration}. */
    interface Retention {
        @WithDefault("7")
        int keepLast();

        Optional<Duration> keepDuration();
    }

    /** How backups are read back. */
    interface Restore {
        /** Secret keys of age, for backups that are encrypted. */
        Optional<AgeKeyFile> ageIdentityFile();
    }

    /** Scheduled verification of the newest backup. */
    interface Verify {
        Optional<String> cron();
    }

    interface Logging {
        @WithDefault("text")
        LogFormat format();

        @WithDefault("info")
        String level();
    }

    interface Metrics {
        @WithDefault("true")
        boolean enabled();
    }

    /** The one port for API, health and metrics. */
    interface Http {
        /** 0 takes any free port. */
        @WithDefault("8080")
        int port();

        @WithDefault("0.0.0.0")
        String host();

        Optional<String> token();

        Optional<SecretFile> tokenFile();

        /** False if callers on this machine are answered, and nobody else. */
        default boolean wantsToken() {
            return token().isPresent() || tokenFile().isPresent();
        }

        /** PEM file of the certificate, followed by those between it and its authority; with it the port speaks TLS. */
        Optional<Path> tlsCertFile();

        /** PEM file of the certificate's private key, RSA or EC, without a passphrase. */
        Optional<Path> tlsKeyFile();
    }

    /** How log lines look on the console. */
    enum LogFormat {
        TEXT,
        JSON
    }

    enum Credentials {
        DEFAULT,
        NONE
    }

    /** SmallRye's own converter takes an empty text for none. */
    @RegisterForReflection
    final class Text implements Converter<String> {
        @Override
        public String convert(String value) {
            return value;
        }
    }
}
