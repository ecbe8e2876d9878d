package io.redisvault.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMapping.NamingStrategy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All settings as the program uses them. {@link Setting} says how each is named and written, and its default. */
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

        /** Used if the address contains no password. */
        Optional<String> password();

        /** Directory of the dump, as seen by this process. */
        Path dataPath();

        /** Part of each key; separates this node's backups from those of other nodes under the same prefix. */
        String nodeName();

        boolean backupMaster();

        boolean backupReplica();

        /** False if masters and replicas are both backed up, so the role need not be known. */
        default boolean roleMatters() {
            return !backupMaster() || !backupReplica();
        }

        Duration timeout();

        /** PEM file of the authorities to trust for {@code rediss://}; if empty, those of the system. */
        Optional<Path> caFile();

        /** PEM file of the client certificate for Redis, followed by intermediate certificates. */
        Optional<Path> clientCertFile();

        Optional<Path> clientKeyFile();
    }

    /** When backups run, and what they contain. */
    interface Backup {
        /** Time between runs. Runs start at its multiples since the Unix epoch. */
        Duration interval();

        /** Five-field cron expression in UTC; replaces the interval. */
        Optional<String> cron();

        /** No scheduled run starts earlier than this after the start of the service, so that replication can settle. */
        Duration initialDelay();

        String dumpFilename();

        boolean verifyDump();

        /** Most bytes per second to send to the storage; no limit if empty. */
        Optional<Long> rateLimit();

        /** The backup health group fails if the newest backup is older than this. */
        Optional<Duration> maxAge();

        /** How long a stop waits for a running backup before it aborts it. */
        Duration shutdownTimeout();

        /** True to run one more backup when the service stops. Redis stops first and writes a last dump. */
        boolean onShutdown();

        /** URL to call after each successful run. */
        Optional<URI> heartbeatUrl();

        /** Older incomplete uploads are aborted. Must be longer than an upload takes: it may be another sidecar's. */
        Duration unfinishedAge();

        /** zstd level from 1 to 19; 0 for no compression. */
        int compression();

        /** Public age keys. Backups are encrypted if there are any. */
        Optional<Set<String>> ageRecipients();
    }

    /** Where backups go. */
    interface Storage {
        StorageType type();

        /** For s3 the default is {@code redis-vault}; empty for filesystem. */
        Optional<String> bucket();

        /** Start of each key, without slashes at its ends. */
        Optional<String> prefix();

        /** Region of the bucket; if empty, the SDK finds it. */
        Optional<String> region();

        Optional<URI> endpoint();

        /** PEM file of the authorities to trust for the storage; if empty, those of the system. */
        Optional<Path> caFile();

        /** Credentials for GCS: {@code NONE} is for an emulator. */
        Credentials credentials();

        Optional<String> sse();

        Optional<String> sseKmsKeyId();

        Optional<String> storageClass();

        /** False for a server without {@code If-None-Match: *}: then each write is preceded by a check. */
        boolean conditionalWrites();

        Optional<String> projectId();

        /** Directory of the filesystem storage; absolute, and outside of the data path of Redis. */
        Optional<Path> path();

        /** An attempt fails if the storage neither takes nor sends a byte for this long. */
        Duration timeout();
    }

    /** Which backups to keep: the newest {@code keepLast}, and those younger than {@code keepDuration}. */
    interface Retention {
        int keepLast();

        Optional<Duration> keepDuration();
    }

    /** How backups are read back. */
    interface Restore {
        /** Secret age keys, for encrypted backups. */
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

        /** Bearer token; if empty, only callers on this machine are answered. */
        Optional<String> token();

        /** PEM file of the certificate, followed by intermediate certificates. If set, the port speaks TLS. */
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
