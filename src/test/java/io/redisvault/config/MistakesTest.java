package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong settings and the exact line each of them gets. */
class MistakesTest {

    private static final String NODE_RULE =
            " is not a node name: no slashes, backslashes, control characters or outer" + " spaces, not . or ..";
    private static final String FILE_RULE =
            " is not a file name: no slashes, backslashes or control characters, not . or ..";
    private static final String BUCKET_RULE = ": 3 to 63 lower-case letters, digits, dots and hyphens";
    private static final String PREFIX_RULE =
            " prefix: no empty, . or .. segments, no backslashes or control characters";
    private static final String DURATION_RULE = " is not a duration; write 30s, 5m, 1h, 1d or 1h 30m";
    private static final String ENDPOINT_RULE = " is not an address such as http://minio:9000 or"
            + " https://s3.example.com, without user, query or fragment";
    private static final String CRON_RULE =
            " is not a cron expression; write minute, hour, day, month and weekday, such as 0 3 * * *";
    private static final String REDIS_FORMS =
            "write redis://host:6379, rediss://user:password@host:6379/0 or unix:///path/redis.sock";
    private static final String REDIS_HOST =
            "REDIS_CONNECTION has no valid host and port; percent-encode / ? # and % in a password; " + REDIS_FORMS;

    @TempDir
    Path directory;

    record Row(String input, String message) {
        @Override
        public String toString() {
            return Given.onOneLine(input.length() > 60 ? input.substring(0, 60) : input);
        }
    }

    private static Row row(String input, String message) {
        return new Row(input, message);
    }

    static Stream<Row> variables() {
        String tooLong = "n".repeat(201);
        String longPrefix = "p".repeat(1000);
        return Stream.of(
                // Switches
                row("BACKUP_MASTER=flase", "BACKUP_MASTER: 'flase' is not true or false"),
                row("BACKUP_MASTER=1", "BACKUP_MASTER: '1' is not true or false"),
                row("BACKUP_MASTER=yes", "BACKUP_MASTER: 'yes' is not true or false"),
                row("BACKUP_MASTER=true\n", "BACKUP_MASTER: 'true\\u000a' is not true or false"),
                row("BACKUP_MASTER=", "BACKUP_MASTER is empty; give it a value or leave it out"),
                row("BACKUP_REPLICA=tru", "BACKUP_REPLICA: 'tru' is not true or false"),
                row("VERIFY_DUMP=on", "VERIFY_DUMP: 'on' is not true or false"),
                row("METRICS_ENABLED=enabled", "METRICS_ENABLED: 'enabled' is not true or false"),
                // Numbers
                row("RETENTION_KEEP_LAST=abc", "RETENTION_KEEP_LAST: 'abc' is not a whole number from 0 to 1000000"),
                row("RETENTION_KEEP_LAST=-1", "RETENTION_KEEP_LAST: '-1' is not a whole number from 0 to 1000000"),
                row("RETENTION_KEEP_LAST=7.5", "RETENTION_KEEP_LAST: '7.5' is not a whole number from 0 to 1000000"),
                row(
                        "RETENTION_KEEP_LAST=99999999999999",
                        "RETENTION_KEEP_LAST: '99999999999999' is not a whole number from 0 to 1000000"),
                row("RETENTION_KEEP_LAST=", "RETENTION_KEEP_LAST is empty; give it a value or leave it out"),
                row("HTTP_PORT=65536", "HTTP_PORT: '65536' is not a port from 0 to 65535"),
                row("HTTP_PORT=http", "HTTP_PORT: 'http' is not a port from 0 to 65535"),
                row("METRICS_PORT=-1", "METRICS_PORT: '-1' is not a port from 0 to 65535"),
                // Durations
                row("BACKUP_INTERVAL=5 parsecs", "BACKUP_INTERVAL: '5 parsecs'" + DURATION_RULE),
                row("BACKUP_INTERVAL=3600", "BACKUP_INTERVAL: '3600' has no unit; write 30s, 5m, 1h, 1d or 1h 30m"),
                row("BACKUP_INTERVAL=-1h", "BACKUP_INTERVAL: '-1h'" + DURATION_RULE),
                row("BACKUP_INTERVAL=1.5h", "BACKUP_INTERVAL: '1.5h'" + DURATION_RULE),
                row("BACKUP_INTERVAL=1H", "BACKUP_INTERVAL: '1H'" + DURATION_RULE),
                row("BACKUP_INTERVAL=999ms", "BACKUP_INTERVAL: '999ms' is shorter than 1s"),
                row("BACKUP_INTERVAL=0s", "BACKUP_INTERVAL: '0s' is shorter than 1s"),
                row("BACKUP_INTERVAL=1001y", "BACKUP_INTERVAL: '1001y' is longer than 1000 years"),
                row("BACKUP_INTERVAL=", "BACKUP_INTERVAL is empty; give it a value or leave it out"),
                row("INITIAL_DELAY=soon", "INITIAL_DELAY: 'soon'" + DURATION_RULE),
                row("SHUTDOWN_TIMEOUT=30", "SHUTDOWN_TIMEOUT: '30' has no unit; write 30s, 5m, 1h, 1d or 1h 30m"),
                row("MAX_BACKUP_AGE=0s", "MAX_BACKUP_AGE: '0s' is not longer than zero"),
                row("RETENTION_KEEP_DURATION=1 fortnight", "RETENTION_KEEP_DURATION: '1 fortnight'" + DURATION_RULE),
                row("RETENTION_KEEP_DURATION=0d", "RETENTION_KEEP_DURATION: '0d' is not longer than zero"),
                row("REDIS_TIMEOUT=0s", "REDIS_TIMEOUT: '0s' is not a duration from 1ms to 1h"),
                row("REDIS_TIMEOUT=2h", "REDIS_TIMEOUT: '2h' is not a duration from 1ms to 1h"),
                // Schedule
                row("BACKUP_CRON=0 0 3 * * *", "BACKUP_CRON: '0 0 3 * * *'" + CRON_RULE),
                row("BACKUP_CRON=99 * * * *", "BACKUP_CRON: '99 * * * *'" + CRON_RULE),
                row("BACKUP_CRON=@sometimes", "BACKUP_CRON: '@sometimes'" + CRON_RULE),
                row("DRILL_CRON=daily", "DRILL_CRON: 'daily'" + CRON_RULE),
                row("DRILL_CRON=0 0 30 2 *", "DRILL_CRON: '0 0 30 2 *' never fires"),
                row("DRILL_CORN=0 3 * * *", "DRILL_CORN is not a variable of redis-vault; did you mean DRILL_CRON?"),
                row("BACKUP_CRON=0 0 30 2 *", "BACKUP_CRON: '0 0 30 2 *' never fires"),
                row(
                        "BACKUP_CRON=0 3 * * *;BACKUP_INTERVAL=1h",
                        "BACKUP_CRON and BACKUP_INTERVAL are both set; keep one"),
                // Names
                row("REDIS_NODE_NAME=a/b", "REDIS_NODE_NAME: 'a/b'" + NODE_RULE),
                row("REDIS_NODE_NAME=a\\b", "REDIS_NODE_NAME: 'a\\b'" + NODE_RULE),
                row("REDIS_NODE_NAME=..", "REDIS_NODE_NAME: '..'" + NODE_RULE),
                row("REDIS_NODE_NAME= redis", "REDIS_NODE_NAME: ' redis'" + NODE_RULE),
                row("REDIS_NODE_NAME=a\tb", "REDIS_NODE_NAME: 'a\\u0009b'" + NODE_RULE),
                row("REDIS_NODE_NAME=", "REDIS_NODE_NAME is empty; give it a value or leave it out"),
                row(
                        "REDIS_NODE_NAME=" + tooLong,
                        "REDIS_NODE_NAME: '" + "n".repeat(120) + "…' is longer than 200 bytes"),
                row("DUMP_FILENAME=../dump.rdb", "DUMP_FILENAME: '../dump.rdb'" + FILE_RULE),
                row("DUMP_FILENAME=..", "DUMP_FILENAME: '..'" + FILE_RULE),
                row("REDIS_DATA_PATH=/da\u0007ta", "REDIS_DATA_PATH: '/da\\u0007ta' is not a path"),
                row("REDIS_DATA_PATH=", "REDIS_DATA_PATH is empty; give it a value or leave it out"),
                // Redis, whose address is a secret
                row("REDIS_CONNECTION=localhost:6379", "REDIS_CONNECTION is not a Redis address; " + REDIS_FORMS),
                row("REDIS_CONNECTION=http://redis", "REDIS_CONNECTION is not a Redis address; " + REDIS_FORMS),
                row(
                        "REDIS_CONNECTION=redis://redis#insecure",
                        "REDIS_CONNECTION is not a Redis address; " + REDIS_FORMS),
                row("REDIS_CONNECTION=redis://", REDIS_HOST),
                row("REDIS_CONNECTION=redis://:hunter2/2@redis", REDIS_HOST),
                row("REDIS_CONNECTION=redis://redis:port", REDIS_HOST),
                row("REDIS_CONNECTION=redis://redis:70000", "REDIS_CONNECTION has a port that is not from 1 to 65535"),
                row("REDIS_CONNECTION=redis://redis:0", "REDIS_CONNECTION has a port that is not from 1 to 65535"),
                row(
                        "REDIS_CONNECTION=redis://redis/first",
                        "REDIS_CONNECTION has a database that is not a whole number"),
                row(
                        "REDIS_CONNECTION=redis://:hunter%zz@redis",
                        "REDIS_CONNECTION has a % that is not followed by two hexadecimal digits; write %25 for it"),
                row(
                        "REDIS_CONNECTION=redis://:%ff@redis",
                        "REDIS_CONNECTION has percent-encoded bytes that are not UTF-8"),
                row(
                        "REDIS_CONNECTION=redis://redis?hunter2=1",
                        "REDIS_CONNECTION has a parameter other than db, user and password"),
                row(
                        "REDIS_CONNECTION=unix://redis.sock",
                        "REDIS_CONNECTION has no absolute path of a socket; write unix:///path/redis.sock?db=0"),
                row("REDIS_CONNECTION=", "REDIS_CONNECTION is empty; give it a value or leave it out"),
                row("S3_SSE=aes256", "S3_SSE: 'aes256' is not AES256, aws:kms or aws:kms:dsse"),
                row(
                        "S3_SSE_KMS_KEY_ID=alias/backups",
                        "S3_SSE_KMS_KEY_ID: 'alias/backups' is of no use, since S3_SSE is neither aws:kms nor aws:kms:dsse"),
                row(
                        "S3_SSE=aws:kms;S3_SSE_KMS_KEY_ID=a?b",
                        "S3_SSE_KMS_KEY_ID: 'a?b' is not the identifier, alias or ARN of a key"),
                row(
                        "S3_STORAGE_CLASS=cheap",
                        "S3_STORAGE_CLASS: 'cheap' is not a storage class; write one such as STANDARD_IA"),
                row("S3_CONDITIONAL_WRITES=no", "S3_CONDITIONAL_WRITES: 'no' is not true or false"),
                row("S3_CHECKSUMS=md5", "S3_CHECKSUMS: 'md5' is not true or false"),
                row("S3_CA_FILE=/no/ca.pem", "S3_CA_FILE: '/no/ca.pem' is not a file that can be read"),
                row(
                        "S3_CA_FILE=src/test/resources/redis-ca.pem",
                        "S3_CA_FILE: 'src/test/resources/redis-ca.pem' is of no use, since S3_ENDPOINT is not https://"),
                row(
                        "S3_ENDPOINT=http://minio;S3_CA_FILE=src/test/resources/redis-ca.pem",
                        "S3_CA_FILE: 'src/test/resources/redis-ca.pem' is of no use, since S3_ENDPOINT is not https://"),
                row(
                        "REDIS_CONNECTION=rediss://redis;REDIS_CA_FILE=pom.xml",
                        "REDIS_CA_FILE: 'pom.xml' is not a PEM file of certificates"),
                row("REDIS_CA_FILE=/no/ca.pem", "REDIS_CA_FILE: '/no/ca.pem' is not a file that can be read"),
                row("REDIS_CA_FILE=/", "REDIS_CA_FILE: '/' is not a file that can be read"),
                row(
                        "REDIS_CA_FILE=src/test/resources/redis-ca.pem",
                        "REDIS_CA_FILE: 'src/test/resources/redis-ca.pem' is of no use, since REDIS_CONNECTION is not rediss://"),
                // Storage
                row("STORAGE_TYPE=s4", "STORAGE_TYPE: 's4' is not s3, gcs or filesystem"),
                row("STORAGE_TYPE=", "STORAGE_TYPE is empty; give it a value or leave it out"),
                row("S3_BUCKET=", "S3_BUCKET is empty; give it a value or leave it out"),
                row("S3_BUCKET=My-Bucket", "S3_BUCKET: 'My-Bucket' is not a bucket name" + BUCKET_RULE),
                row("S3_BUCKET=ab", "S3_BUCKET: 'ab' is not a bucket name" + BUCKET_RULE),
                row("S3_BUCKET=a..b", "S3_BUCKET: 'a..b' is not a bucket name" + BUCKET_RULE),
                row("S3_BUCKET=10.0.0.1", "S3_BUCKET: '10.0.0.1' is not a bucket name" + BUCKET_RULE),
                row("S3_BUCKET=my_bucket", "S3_BUCKET: 'my_bucket' is not a bucket name of S3" + BUCKET_RULE),
                row("S3_PREFIX=a//b", "S3_PREFIX: 'a//b' is not a" + PREFIX_RULE),
                row("S3_PREFIX=a/../b", "S3_PREFIX: 'a/../b' is not a" + PREFIX_RULE),
                row("S3_PREFIX=a\\b", "S3_PREFIX: 'a\\b' is not a" + PREFIX_RULE),
                row("S3_PREFIX=a\u0000b", "S3_PREFIX: 'a\\u0000b' is not a" + PREFIX_RULE),
                row(
                        "S3_PREFIX=" + longPrefix,
                        "S3_PREFIX: '" + "p".repeat(120)
                                + "…' makes keys of 1046 bytes, more than the 1024 there may be"),
                row("AWS_REGION=Frankfurt", "AWS_REGION: 'Frankfurt' is not a region such as eu-central-1"),
                row("S3_ENDPOINT=minio:9000", "S3_ENDPOINT: 'minio:9000'" + ENDPOINT_RULE),
                row("S3_ENDPOINT=http://", "S3_ENDPOINT: 'http://'" + ENDPOINT_RULE),
                row("S3_ENDPOINT=http://a b", "S3_ENDPOINT: 'http://a b'" + ENDPOINT_RULE),
                row("S3_ENDPOINT=http://key:hunter2@minio", "S3_ENDPOINT: 'http://***@minio'" + ENDPOINT_RULE),
                row("STORAGE_TYPE=gcs", "GCS_BUCKET is not set; the storage type gcs needs it"),
                row("STORAGE_TYPE=gcs;GCS_BUCKET=", "GCS_BUCKET is empty; give it a value or leave it out"),
                row(
                        "STORAGE_TYPE=gcs;GCS_BUCKET=abc;GCS_PROJECT_ID=my project",
                        "GCS_PROJECT_ID: 'my project' is not a Google Cloud project id"),
                row("STORAGE_TYPE=filesystem", "FILESYSTEM_PATH is not set; the storage type filesystem needs it"),
                row(
                        "STORAGE_TYPE=filesystem;FILESYSTEM_PATH=backups",
                        "FILESYSTEM_PATH: 'backups' is not an absolute path"),
                row(
                        "STORAGE_TYPE=filesystem;FILESYSTEM_PATH=/data/x/../backups",
                        "FILESYSTEM_PATH: '/data/x/../backups' is within REDIS_DATA_PATH '/data', where nothing may be"
                                + " written"),
                row(
                        "STORAGE_URL=file:///mnt;REDIS_DATA_PATH=/mnt/redis",
                        "STORAGE_URL: '/mnt' contains REDIS_DATA_PATH '/mnt/redis'; keep backups apart from it"),
                row(
                        "STORAGE_TYPE=filesystem;FILESYSTEM_PATH=/b;FILESYSTEM_PREFIX=" + "p".repeat(256),
                        "FILESYSTEM_PREFIX: '" + "p".repeat(120) + "…' has a segment of more than 255 bytes"),
                row(
                        "STORAGE_URL=file:///b;REDIS_NODE_NAME=.redis",
                        "REDIS_NODE_NAME: '.redis' begins with a dot, which no file of a backup may; leave it out"),
                row(
                        "STORAGE_TYPE=filesystem;FILESYSTEM_PATH=/b;FILESYSTEM_PREFIX=a/.b",
                        "FILESYSTEM_PREFIX: 'a/.b' has a segment that begins with a dot, which no file of a backup may;"
                                + " leave it out"),
                row(
                        "STORAGE_URL=ftp://b/p",
                        "STORAGE_URL: 'ftp://b/p' is not a storage URL; write s3://bucket/prefix, gs://bucket/prefix"
                                + " or file:///path"),
                row("STORAGE_URL=s3://", "STORAGE_URL: 's3://' has no valid bucket name" + BUCKET_RULE),
                row(
                        "STORAGE_URL=s3://key:hunter2@bkt/p",
                        "STORAGE_URL: 's3://***@bkt/p' has no valid bucket name" + BUCKET_RULE),
                row("STORAGE_URL=s3://bkt/a//b", "STORAGE_URL: 's3://bkt/a//b' has no valid" + PREFIX_RULE),
                row("STORAGE_URL=s3://bkt/p?x=1", "STORAGE_URL: 's3://bkt/p?x=1' must not contain ? or #"),
                row(
                        "STORAGE_URL=s3://bkt/p;STORAGE_TYPE=gcs",
                        "STORAGE_TYPE: 'gcs' disagrees with STORAGE_URL, which says 's3'; keep one of them"),
                row(
                        "STORAGE_URL=s3://bkt/p;S3_BUCKET=other",
                        "S3_BUCKET: 'other' disagrees with STORAGE_URL, which says 'bkt'; keep one of them"),
                row(
                        "STORAGE_URL=s3://bkt;S3_PREFIX=p",
                        "S3_PREFIX: 'p' disagrees with STORAGE_URL, which says ''; keep one of them"),
                row(
                        "STORAGE_URL=file:///b;FILESYSTEM_PATH=/c",
                        "FILESYSTEM_PATH: '/c' disagrees with STORAGE_URL, which says '/b'; keep one of them"),
                // Rules
                row(
                        "BACKUP_MASTER=false;BACKUP_REPLICA=False",
                        "BACKUP_MASTER and BACKUP_REPLICA are both false, so nothing would ever be backed up"),
                row(
                        "RETENTION_KEEP_LAST=0",
                        "RETENTION_KEEP_LAST: '0' keeps nothing; keep at least 1, or set RETENTION_KEEP_DURATION"),
                // Logs, server
                row("LOG_FORMAT=xml", "LOG_FORMAT: 'xml' is not text or json"),
                row("LOG_LEVEL=loud", "LOG_LEVEL: 'loud' is not trace, debug, info, warn, error or off"),
                row(
                        "RUST_LOG=info,redis_vault=",
                        "RUST_LOG: 'info,redis_vault=' is not trace, debug, info, warn, error or off"),
                row("HTTP_HOST=0.0.0.0:80/x", "HTTP_HOST: '0.0.0.0:80/x' is not a host name or IP address"),
                row(
                        "METRICS_PORT=9090;HTTP_PORT=8080",
                        "METRICS_PORT: '9090' disagrees with HTTP_PORT, which says '8080'; keep one of them"),
                row(
                        "METRICS_LISTEN_ADDRESS=::1;HTTP_HOST=::",
                        "METRICS_LISTEN_ADDRESS: '::1' disagrees with HTTP_HOST, which says '::'; keep one of them"),
                row("API_TOKEN=hunter2", "API_TOKEN must have at least 16 visible ASCII characters"),
                row("API_TOKEN=sixteen characters", "API_TOKEN must have at least 16 visible ASCII characters"),
                // Names that are almost right
                row(
                        "BACKUP_INTERVALL=5m",
                        "BACKUP_INTERVALL is not a variable of redis-vault; did you mean BACKUP_INTERVAL?"),
                row(
                        "RETENTION_KEEPLAST=5",
                        "RETENTION_KEEPLAST is not a variable of redis-vault; did you mean RETENTION_KEEP_LAST?"),
                row("S3_BUKCET=abc", "S3_BUKCET is not a variable of redis-vault; did you mean S3_BUCKET?"),
                row(
                        "REDIS_NODENAME=abc",
                        "REDIS_NODENAME is not a variable of redis-vault; did you mean REDIS_NODE_NAME?"));
    }

    @ParameterizedTest
    @MethodSource("variables")
    void aWrongVariableIsOneClearLine(Row row) {
        assertThat(Reading.environment(row.input.split(";")).mistakes()).containsExactly(row.message);
    }

    static Stream<Row> files() {
        return Stream.of(
                row("redis:\n  backup_master: flase", "redis.backup_master: 'flase' is not true or false"),
                row("redis:\n  backup_master: yes", "redis.backup_master: 'yes' is not true or false"),
                row("redis:\n  nodename: a", "redis.nodename: unknown key; did you mean redis.node_name?"),
                row("redis:\n  interval: 1h", "redis.interval: unknown key; did you mean backup.interval?"),
                row("node_name: a", "node_name: unknown key; did you mean redis.node_name?"),
                row(
                        "retention:\n  kepe_last: 1",
                        "retention.kepe_last: unknown key; did you mean retention.keep_last?"),
                row("redsi:\n  node_name: a", "redsi: unknown key; did you mean redis?"),
                row(
                        "kubernetes: {}",
                        "kubernetes: unknown key; there are backup, drill, http, logging, metrics, redis, retention, storage"),
                row(
                        "retention:\n  forever: true",
                        "retention.forever: unknown key; there are retention.keep_duration, retention.keep_last"),
                row("retention:\n  keep_last: [1, 2]", "retention.keep_last: expected one value, not a list"),
                row("retention:\n  keep_last: {a: 1}", "retention.keep_last: expected one value, not a group of keys"),
                row("retention: 7", "retention: expected keys with values, not a single value"),
                row("- redis", "expected keys with values, not a list"),
                row("redis", "expected keys with values, not a single value"),
                row("redis:\n  node_name: a\n  node_name: b", "redis.node_name: given twice, again in line 3"),
                row("redis: {}\nbackup: {}\nredis: {}", "redis: given twice, again in line 3"),
                row("redis:\n  ? [a]\n  : b", "line 2: not a key"),
                row("redis:\n  'redis://:hunter2@host': b", "line 2: not a key"),
                row("redis:\n  node_name: a: b", "line 2, column 15: mapping values are not allowed here"),
                row(
                        "http:\n  token: *hunter2",
                        "line 2, column 10: an alias of nothing; quote a value that starts with *"),
                row("http:\n  token: !hunter2", "http.token: has a tag of its own; quote a value that starts with !"),
                row("http:\n  token: !hunter!2", "line 2, column 10: an unknown tag; quote a value that starts with !"),
                row("---\nredis: {}\n---\nredis: {}", "line 3, column 1: expected a single document without anchors"),
                row("redis:\n  node_name: \u0001", "character 21 is not allowed in YAML"),
                row("storage:\n  type: s4", "storage.type: 's4' is not s3, gcs or filesystem"),
                row("storage:\n  bucket: ''", "storage.bucket is empty; give it a value or leave it out"),
                row("storage:\n  type: gcs", "GCS_BUCKET is not set; the storage type gcs needs it"),
                row(
                        "storage:\n  type: filesystem\n  path: /data/b",
                        "storage.path: '/data/b' is within REDIS_DATA_PATH '/data', where nothing may be written"),
                row(
                        "backup:\n  storage_url: gs://abc/p\nstorage:\n  type: s3",
                        "storage.type: 's3' disagrees with config.yaml: backup.storage_url, which says 'gcs'; keep one"
                                + " of them"),
                row(
                        "backup:\n  cron: '0 3 * * *'\n  interval: 1h",
                        "backup.cron and config.yaml: backup.interval are both set; keep one"),
                row(
                        "metrics:\n  port: 1\nhttp:\n  port: 2",
                        "metrics.port: '1' disagrees with config.yaml: http.port, which says '2'; keep one of them"),
                row(
                        "backup:\n  interval: 3600",
                        "backup.interval: '3600' has no unit; write 30s, 5m, 1h, 1d or 1h 30m"),
                row(
                        "retention:\n  keep_last: 0x10",
                        "retention.keep_last: '0x10' is not a whole number from 0 to 1000000"),
                row("http:\n  token: hunter2", "http.token must have at least 16 visible ASCII characters"),
                row(
                        "redis:\n  connection_string: redis-host",
                        "redis.connection_string is not a Redis address; " + REDIS_FORMS));
    }

    @ParameterizedTest
    @MethodSource("files")
    void aWrongFileIsOneClearLine(Row row) {
        assertThat(Reading.yaml(directory, row.input).mistakes())
                .map(line -> line.replace(directory + "/", ""))
                .containsExactly(row.message.contains(" is not set") ? row.message : "config.yaml: " + row.message);
    }

    @Test
    void aFileThatCannotBeReadIsAMistakeOnlyIfItWasNamed() throws Exception {
        Path missing = directory.resolve("missing.yaml");
        Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xff, 0});

        assertThat(Reading.of(Reading.variables(), Optional.of(missing)).mistakes())
                .containsExactly(missing + ": no such file");
        assertThat(Reading.of(Reading.variables(), Optional.of(directory)).mistakes())
                .containsExactly(directory + ": is a directory, not a file");
        assertThat(Reading.of(Reading.variables(), Optional.of(binary)).mistakes())
                .containsExactly(binary + ": is not UTF-8 text");
        assertThat(Reading.environment().mistakes()).isEmpty();
    }

    @Test
    void allMistakesAreShownAtOnce() {
        Settings settings = Reading.yaml(
                directory,
                "redis:\n  backup_master: false\n  nodename: a\nretention:\n  keep_last: many\n",
                "BACKUP_REPLICA=false",
                "BACKUP_INTERVAL=often",
                "S3_BUCKET=",
                "REDIS_TIMOUT=1s");

        assertThat(settings.mistakes())
                .map(line -> line.replace(directory + "/", ""))
                .containsExactly(
                        "config.yaml: redis.nodename: unknown key; did you mean redis.node_name?",
                        "REDIS_TIMOUT is not a variable of redis-vault; did you mean REDIS_TIMEOUT?",
                        "config.yaml: retention.keep_last: 'many' is not a whole number from 0 to 1000000",
                        "BACKUP_INTERVAL: 'often'" + DURATION_RULE,
                        "S3_BUCKET is empty; give it a value or leave it out",
                        "config.yaml: redis.backup_master and BACKUP_REPLICA are both false, so nothing would ever be"
                                + " backed up");
    }

    @Test
    void theVariablesOfKubernetesServicesAreNobodysMistake() {
        String[] services = {"redis", "redis-data", "redis-timeout", "redis-ca-file", "s3", "gcs", "storage", "backup"};
        for (String service : services) {
            String name = service.toUpperCase().replace('-', '_');
            String[] variables = Stream.of(
                            name + "_SERVICE_HOST=10.0.0.1",
                            name + "_SERVICE_PORT=6379",
                            name + "_SERVICE_PORT_REDIS=6379",
                            name + "_PORT=tcp://10.0.0.1:6379",
                            name + "_PORT_6379_TCP=tcp://10.0.0.1:6379",
                            name + "_PORT_6379_TCP_PROTO=tcp",
                            name + "_PORT_6379_TCP_PORT=6379",
                            name + "_PORT_6379_TCP_ADDR=10.0.0.1",
                            "METRICS_PORT=tcp://10.0.0.1:9090",
                            "HTTP_PORT=tcp://[fd00::1]:80",
                            "REDIS_HOST=redis",
                            "REDIS_PASSWORD=secret",
                            "REDIS_VERSION=7.2",
                            "REDIS_DOWNLOAD_URL=http://example.com")
                    .toArray(String[]::new);
            Settings settings = Reading.environment(variables);
            assertThat(settings.mistakes()).as(service).isEmpty();
            assertThat(settings.typed().http().port()).isEqualTo(8080);
        }
    }

    @Test
    void noMistakeSpansTwoLines() {
        assertThat(Stream.concat(variables(), files()).map(Row::message))
                .allSatisfy(line ->
                        assertThat(line.chars().filter(Character::isISOControl)).isEmpty());
        assertThat(Arrays.asList("\n", "\u2028", "\u202e", "\u0085").stream()
                        .map(Given::quoted)
                        .toList())
                .containsExactly("'\\u000a'", "'\\u2028'", "'\\u202e'", "'\\u0085'");
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(Given.quoted("\ud800")))
                .isTrue();
    }
}
