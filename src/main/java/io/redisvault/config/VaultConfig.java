package io.redisvault.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMapping.NamingStrategy;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Every setting there is: its key in {@code config.yaml}, its environment variables and its default.
 *
 * <p>A key is {@code group.name} in snake case; {@link Settings} reads the environment over the file over the
 * defaults, and refuses what is not written here.
 */
@ConfigMapping(prefix = "vault", namingStrategy = NamingStrategy.SNAKE_CASE)
public interface VaultConfig {

    Redis redis();

    Backup backup();

    Storage storage();

    Retention retention();

    Logging logging();

    Metrics metrics();

    Http http();

    /** The node that is backed up. */
    interface Redis {
        @Variable(value = "REDIS_CONNECTION", secret = true)
        @WithDefault("redis://localhost:6379")
        @WithConverter(RedisAddress.Converter.class)
        RedisAddress connectionString();

        /** The directory in which Redis keeps its dump. */
        @Variable("REDIS_DATA_PATH")
        @WithDefault("/data")
        Path dataPath();

        /** Tells this node's backups from those of others under the same prefix. */
        @Variable("REDIS_NODE_NAME")
        @WithDefault("redis-node")
        @WithConverter(Converters.NodeName.class)
        String nodeName();

        @Variable("BACKUP_MASTER")
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean backupMaster();

        @Variable("BACKUP_REPLICA")
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean backupReplica();

        /** How long one question to Redis may take. */
        @Variable("REDIS_TIMEOUT")
        @WithDefault("5s")
        @WithConverter(Converters.PositiveDuration.class)
        Duration timeout();

        /** PEM file of the authorities to trust for {@code rediss://}; the system's own when absent. */
        @Variable("REDIS_CA_FILE")
        @WithConverter(Converters.ReadableFile.class)
        Optional<Path> caFile();
    }

    /** When a backup is taken, and of what. */
    interface Backup {
        /** Time between runs, which start at its multiples since the Unix epoch. */
        @Variable("BACKUP_INTERVAL")
        @WithConverter(Converters.Interval.class)
        @WithDefault("1h")
        Duration interval();

        /** Five-field cron expression in UTC, instead of the interval. */
        @Variable("BACKUP_CRON")
        @WithConverter(Converters.CronExpression.class)
        Optional<String> cron();

        /** No scheduled run within this time after the start, so that replication can settle. */
        @Variable("INITIAL_DELAY")
        @WithDefault("300s")
        @WithConverter(Converters.HumanDuration.class)
        Duration initialDelay();

        @Variable("DUMP_FILENAME")
        @WithDefault("dump.rdb")
        @WithConverter(Converters.FileName.class)
        String dumpFilename();

        /** {@code s3://bucket/prefix}, {@code gs://bucket/prefix} or {@code file:///path/prefix}. */
        @Variable("STORAGE_URL")
        @WithConverter(StorageUrl.Converter.class)
        Optional<StorageUrl> storageUrl();

        /** Whether a dump's checksum must be right for it to be stored. */
        @Variable("VERIFY_DUMP")
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean verifyDump();

        /** The backup health group reports a newest backup older than this. */
        @Variable("MAX_BACKUP_AGE")
        @WithConverter(Converters.PositiveDuration.class)
        Optional<Duration> maxAge();

        /** How long a stop waits for a running backup before it aborts it. */
        @Variable("SHUTDOWN_TIMEOUT")
        @WithDefault("30s")
        @WithConverter(Converters.HumanDuration.class)
        Duration shutdownTimeout();
    }

    /** Where backups go; a {@link Backup#storageUrl} stands for type, bucket (or path) and prefix. */
    interface Storage {
        @Variable("STORAGE_TYPE")
        @WithDefault("s3")
        @WithConverter(Converters.StorageTypeName.class)
        StorageType type();

        @Variable(value = {"S3_BUCKET", "GCS_BUCKET"})
        @WithConverter(Converters.Bucket.class)
        Optional<String> bucket();

        /** Without slashes at its ends; may be empty. */
        @Variable(value = {"S3_PREFIX", "GCS_PREFIX"})
        @WithDefault("redis-vault")
        @WithConverter(Converters.Prefix.class)
        String prefix();

        @Variable("AWS_REGION")
        @WithConverter(Converters.Region.class)
        Optional<String> region();

        /** A server other than the vendor's own. */
        @Variable(value = {"S3_ENDPOINT", "GCS_ENDPOINT"})
        @WithConverter(Converters.Endpoint.class)
        Optional<URI> endpoint();

        /** Google Cloud project. */
        @Variable("GCS_PROJECT_ID")
        Optional<String> projectId();

        /** Directory of the filesystem storage. */
        @Variable("FILESYSTEM_PATH")
        Optional<Path> path();
    }

    /** Which backups stay: the newest {@code keepLast}, and those younger than {@code keepDuration}. */
    interface Retention {
        @Variable("RETENTION_KEEP_LAST")
        @WithDefault("7")
        @WithConverter(Converters.Count.class)
        int keepLast();

        @Variable("RETENTION_KEEP_DURATION")
        @WithConverter(Converters.PositiveDuration.class)
        Optional<Duration> keepDuration();
    }

    interface Logging {
        @Variable("LOG_FORMAT")
        @WithDefault("text")
        @WithConverter(Converters.LogFormatName.class)
        LogFormat format();

        /** trace, debug, info, warn or error. */
        @Variable({"RUST_LOG", "LOG_LEVEL"})
        @WithDefault("info")
        @WithConverter(Converters.LogLevel.class)
        String level();
    }

    /** The port and address are the original's names for {@link Http}'s. */
    interface Metrics {
        @Variable("METRICS_ENABLED")
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean enabled();

        @Variable("METRICS_PORT")
        @WithConverter(Converters.Port.class)
        OptionalInt port();

        @Variable("METRICS_LISTEN_ADDRESS")
        Optional<String> listenAddress();
    }

    interface Http {
        @Variable("HTTP_PORT")
        @WithDefault("8080")
        @WithConverter(Converters.Port.class)
        int port();

        @Variable("HTTP_HOST")
        @WithDefault("0.0.0.0")
        String host();

        /** The bearer token of the API; without one it answers loopback callers only. */
        @Variable(value = "API_TOKEN", secret = true)
        @WithConverter(Converters.Token.class)
        Optional<String> token();
    }
}
