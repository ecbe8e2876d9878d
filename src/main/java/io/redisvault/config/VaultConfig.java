package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMapping.NamingStrategy;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Every setting there is: its key in {@code config.yaml}, its environment variables and its default.
 *
 * <p>A key is {@code group.name} in snake case; {@link Settings} reads the environment over the file over the
 * defaults, and refuses what is not written here.
 */
@RegisterForReflection
@ConfigMapping(prefix = "vault", namingStrategy = NamingStrategy.SNAKE_CASE)
public interface VaultConfig {

    Redis redis();

    Backup backup();

    Storage storage();

    Retention retention();

    Drill drill();

    Logging logging();

    Metrics metrics();

    Http http();

    /** The node that is backed up. */
    interface Redis {
        /** {@code redis://}, {@code rediss://} (TLS) or {@code unix://}, with user, password and database. */
        @Variable(value = "REDIS_CONNECTION", secret = true)
        @WithDefault("redis://localhost:6379")
        @WithConverter(RedisAddressConverter.class)
        RedisAddress connectionString();

        /** File of the password, instead of one in the connection string; read when the service starts. */
        @Variable(value = "REDIS_PASSWORD_FILE", secretFile = true)
        @WithConverter(SecretFile.Password.class)
        Optional<SecretFile> passwordFile();

        /** The directory in which Redis keeps its dump. */
        @Variable("REDIS_DATA_PATH")
        @WithDefault("/data")
        @WithConverter(Converters.FilePath.class)
        Path dataPath();

        /** Tells this node's backups from those of others under the same prefix. */
        @Variable("REDIS_NODE_NAME")
        @WithDefault("redis-node")
        @WithConverter(Names.NodeName.class)
        String nodeName();

        /** Whether to back up while the node is a master. */
        @Variable("BACKUP_MASTER")
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean backupMaster();

        /** Whether to back up while the node is a replica. */
        @Variable("BACKUP_REPLICA")
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean backupReplica();

        /** How long one question to Redis may take. */
        @Variable("REDIS_TIMEOUT")
        @WithDefault("5s")
        @WithConverter(Converters.Timeout.class)
        Duration timeout();

        /** PEM file of the authorities to trust for {@code rediss://}; the system's own when absent. */
        @Variable("REDIS_CA_FILE")
        @WithConverter(Converters.Certificates.class)
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
        @WithConverter(CronExpression.class)
        Optional<String> cron();

        /** No scheduled run within this time after the start, so that replication can settle. */
        @Variable("INITIAL_DELAY")
        @WithDefault("300s")
        @WithConverter(Converters.AnyDuration.class)
        Duration initialDelay();

        /** Name of the dump within the data directory. */
        @Variable("DUMP_FILENAME")
        @WithDefault("dump.rdb")
        @WithConverter(Names.FileName.class)
        String dumpFilename();

        /** {@code s3://bucket/prefix} or the like. Read {@link Storage}, which holds what it says. */
        @Variable("STORAGE_URL")
        @WithConverter(StorageUrl.Converter.class)
        Optional<StorageUrl> storageUrl();

        /** Whether a dump's checksum must be right for it to be stored. */
        @Variable("VERIFY_DUMP")
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean verifyDump();

        /** Bytes per second that an upload reads of the dump at most; as many as there are when absent. */
        @Variable("BACKUP_RATE_LIMIT")
        @WithConverter(ByteRate.class)
        Optional<Long> rateLimit();

        /** The backup health group reports a newest backup older than this. */
        @Variable("MAX_BACKUP_AGE")
        @WithConverter(Converters.PositiveDuration.class)
        Optional<Duration> maxAge();

        /** How long a stop waits for a running backup before it aborts it. */
        @Variable("SHUTDOWN_TIMEOUT")
        @WithDefault("30s")
        @WithConverter(Converters.AnyDuration.class)
        Duration shutdownTimeout();

        /** Uploads begun longer ago are removed; longer than one takes, or a second sidecar loses its own. */
        @Variable("UNFINISHED_UPLOAD_AGE")
        @WithDefault("1d")
        @WithConverter(Converters.AnyDuration.class)
        Duration unfinishedAge();
    }

    /** Where backups go; a {@link Backup#storageUrl} stands for type, bucket (or path) and prefix. */
    interface Storage {
        /** s3, gcs or filesystem. */
        @Variable("STORAGE_TYPE")
        @WithDefault("s3")
        @WithConverter(Converters.StorageTypeName.class)
        StorageType type();

        /** {@code redis-vault} when not set and the type is s3. */
        @Variable(
                value = {"S3_BUCKET", "GCS_BUCKET"},
                emptyIsMistake = true)
        @WithConverter(Names.Bucket.class)
        Optional<String> bucket();

        /** Without slashes at its ends; may be empty. */
        @Variable({"S3_PREFIX", "GCS_PREFIX", "FILESYSTEM_PREFIX"})
        @WithDefault("redis-vault")
        @WithConverter(Names.Prefix.class)
        String prefix();

        /** Where the bucket is; the SDK's own ways of finding it when absent. */
        @Variable("AWS_REGION")
        @WithConverter(Names.Region.class)
        Optional<String> region();

        /** A server other than the vendor's own. */
        @Variable({"S3_ENDPOINT", "GCS_ENDPOINT"})
        @WithConverter(Converters.Endpoint.class)
        Optional<URI> endpoint();

        /** PEM file of the authorities to trust for an endpoint with https; the system's own when absent. */
        @Variable("S3_CA_FILE")
        @WithConverter(Converters.Certificates.class)
        Optional<Path> caFile();

        /** Encryption at rest by S3: AES256, aws:kms or aws:kms:dsse; the bucket's own rule when not set. */
        @Variable("S3_SSE")
        @WithConverter(Converters.Encryption.class)
        Optional<String> sse();

        /** Key for aws:kms and aws:kms:dsse; S3's own when not set. */
        @Variable("S3_SSE_KMS_KEY_ID")
        @WithConverter(Converters.KmsKey.class)
        Optional<String> sseKmsKeyId();

        /** Such as STANDARD_IA; the server's default when not set. */
        @Variable("S3_STORAGE_CLASS")
        @WithConverter(Converters.StorageClass.class)
        Optional<String> storageClass();

        /** Whether the server honours {@code If-None-Match: *}; if not, each write is preceded by a look. */
        @Variable("S3_CONDITIONAL_WRITES")
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean conditionalWrites();

        /** Whether the server is offered a CRC-32 of each part, to compare with what arrives; if not, MD5s are compared. */
        @Variable("S3_CHECKSUMS")
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean checksums();

        /** Google Cloud project. */
        @Variable("GCS_PROJECT_ID")
        @WithConverter(Names.ProjectId.class)
        Optional<String> projectId();

        /** Directory of the filesystem storage; absolute, and apart from Redis' own. */
        @Variable("FILESYSTEM_PATH")
        @WithConverter(Converters.FilePath.class)
        Optional<Path> path();

        /** How long the storage may neither take nor give a byte before the attempt counts as failed. */
        @Variable("STORAGE_TIMEOUT")
        @WithDefault("60s")
        @WithConverter(Converters.Timeout.class)
        Duration timeout();
    }

    /** Which backups stay: the newest {@code keepLast}, and those younger than {@code keepDuration}. */
    interface Retention {
        /** How many of the newest backups stay. */
        @Variable("RETENTION_KEEP_LAST")
        @WithDefault("7")
        @WithConverter(Converters.Count.class)
        int keepLast();

        /** Backups younger than this stay, however many. */
        @Variable("RETENTION_KEEP_DURATION")
        @WithConverter(Converters.PositiveDuration.class)
        Optional<Duration> keepDuration();
    }

    /** Whether a backup can be restored, found out before it has to be. */
    interface Drill {
        /** When to verify the newest backup: five-field cron expression in UTC; never when absent. */
        @Variable("DRILL_CRON")
        @WithConverter(CronExpression.class)
        Optional<String> cron();
    }

    interface Logging {
        /** text or json. */
        @Variable("LOG_FORMAT")
        @WithDefault("text")
        @WithConverter(Converters.LogFormatName.class)
        LogFormat format();

        /** trace, debug, info, warn, error or off, in lower case; given so, or as directives of the original. */
        @Variable({"RUST_LOG", "LOG_LEVEL"})
        @WithDefault("info")
        @WithConverter(LogDirectives.class)
        String level();
    }

    interface Metrics {
        /** Whether there is {@code /q/metrics}. */
        @Variable("METRICS_ENABLED")
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean enabled();
    }

    /** The one port for API, health and metrics. */
    interface Http {
        /** 0 takes any free port. */
        @Variable(
                value = {"HTTP_PORT", "METRICS_PORT"},
                formerKey = "metrics.port")
        @WithDefault("8080")
        @WithConverter(Converters.Port.class)
        int port();

        /** The address to listen on. */
        @Variable(
                value = {"HTTP_HOST", "METRICS_LISTEN_ADDRESS"},
                formerKey = "metrics.listen_address")
        @WithDefault("0.0.0.0")
        @WithConverter(Names.Host.class)
        String host();

        /** The bearer token of the API; without one it answers loopback callers only. */
        @Variable(value = "API_TOKEN", secret = true)
        @WithConverter(Names.Token.class)
        Optional<String> token();

        /** File of the token, instead of the token itself; read when the service starts. */
        @Variable(value = "API_TOKEN_FILE", secretFile = true)
        @WithConverter(SecretFile.Token.class)
        Optional<SecretFile> tokenFile();

        /** PEM file of the certificate, followed by those between it and its authority; with it the port speaks TLS. */
        @Variable("HTTP_TLS_CERT_FILE")
        @WithConverter(Converters.Certificates.class)
        Optional<Path> tlsCertFile();

        /** PEM file of the certificate's private key, RSA or EC, without a passphrase. */
        @Variable(value = "HTTP_TLS_KEY_FILE", secretFile = true)
        @WithConverter(Converters.ReadableFile.class)
        Optional<Path> tlsKeyFile();
    }
}
