package io.redisvault.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMapping.NamingStrategy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Every setting as the program uses it. How each is written, its default and its variables are in {@link Setting}. */
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
        RedisAddress connectionString();

        /** Instead of one in the address, which goes before it. */
        Optional<String> password();

        Path dataPath();

        /** Tells this node's backups from those of others under the same prefix. */
        String nodeName();

        boolean backupMaster();

        boolean backupReplica();

        /** False if masters and replicas are both backed up, so that a node need not say which it is. */
        default boolean roleMatters() {
            return !backupMaster() || !backupReplica();
        }

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
        Duration interval();

        /** Five-field cron expression in UTC, instead of the interval. */
        Optional<String> cron();

        /** No scheduled run within this time after the start, so that replication can settle. */
        Duration initialDelay();

        String dumpFilename();

        boolean verifyDump();

        /** Bytes per second that are sent to the storage at most; as many as there are when absent. */
        Optional<Long> rateLimit();

        /** The backup health group reports a newest backup older than this. */
        Optional<Duration> maxAge();

        /** Time that a stop waits for a running backup before it aborts it. */
        Duration shutdownTimeout();

        /** True if a stop of the service takes one more backup. Redis stops first and writes a last dump. */
        boolean onShutdown();

        /** Is called after each good run. */
        Optional<URI> heartbeatUrl();

        /** Older incomplete uploads are removed; longer than an upload takes, or a second sidecar loses its own. */
        Duration unfinishedAge();

        /** Level of zstd, from 1 to 19; 0 for none. */
        int compression();

        /** Public keys of age; backups are encrypted if there are any. */
        Optional<Set<String>> ageRecipients();
    }

    /** Where backups go. */
    interface Storage {
        StorageType type();

        /** {@code redis-vault} when not set and the type is s3. */
        Optional<String> bucket();

        /** Without slashes at its ends. */
        Optional<String> prefix();

        /** Region of the bucket; the SDK's own ways of finding it when absent. */
        Optional<String> region();

        Optional<URI> endpoint();

        /** PEM file of the authorities to trust for the storage; the system's own when absent. */
        Optional<Path> caFile();

        /** Credentials for Google; none for an emulator. */
        Credentials credentials();

        Optional<String> sse();

        Optional<String> sseKmsKeyId();

        Optional<String> storageClass();

        /** False where the server ignores {@code If-None-Match: *}: each write is then preceded by a look. */
        boolean conditionalWrites();

        Optional<String> projectId();

        /** Directory of the filesystem storage; absolute, and apart from Redis' own. */
        Optional<Path> path();

        /** The storage may neither take nor give a byte for so long before the attempt counts as failed. */
        Duration timeout();
    }

    /** Which backups stay: the newest {@code keepLast}, and those younger than {@code keepDuration}. */
    interface Retention {
        int keepLast();

        Optional<Duration> keepDuration();
    }

    /** How backups are read back. */
    interface Restore {
        /** Secret keys of age, for backups that are encrypted. */
        Optional<List<String>> ageIdentity();
    }

    /** Scheduled verification of the newest backup. */
    interface Verify {
        Optional<String> cron();
    }

    interface Logging {
        /** {@code text} or {@code json}. */
        String format();

        String level();
    }

    interface Metrics {
        boolean enabled();
    }

    /** The one port for API, health and metrics. */
    interface Http {
        /** 0 takes any free port. */
        int port();

        String host();

        /** Without one, callers on this machine are answered, and nobody else. */
        Optional<String> token();

        /** PEM file of the certificate, followed by those between it and its authority; with it the port speaks TLS. */
        Optional<Path> tlsCertFile();

        /** PEM file of the certificate's private key, RSA or EC, without a passphrase. */
        Optional<Path> tlsKeyFile();
    }

    enum StorageType {
        S3,
        GCS,
        FILESYSTEM
    }

    enum Credentials {
        DEFAULT,
        NONE
    }
}
