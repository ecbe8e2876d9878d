package io.redisvault.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What must hold between settings. */
final class Rules {

    /** S3's and Google's limit for a key. */
    private static final int KEY_BYTES = 1024;

    /** What follows prefix and node: an underscore, a time of up to thirty characters, and the extension. */
    private static final int SUFFIX_BYTES = "_".length() + 30 + ".rdb".length();

    private static final int FILE_NAME_BYTES = 255;

    private final VaultConfig config;
    private final Map<String, Given> given;
    private final List<String> broken = new ArrayList<>();

    private Rules(VaultConfig config, Map<String, Given> given) {
        this.config = config;
        this.given = given;
    }

    /** One line for each rule that the settings break. */
    static List<String> broken(VaultConfig config, Map<String, Given> given) {
        Rules rules = new Rules(config, given);
        rules.roles();
        rules.retention();
        rules.redisTrust();
        rules.secretsGivenTwice();
        rules.tls();
        rules.storageTrust();
        rules.bucket();
        rules.encryption();
        rules.key();
        rules.hiddenFiles();
        rules.directory();
        return rules.broken;
    }

    /** Interval and cron exclude each other in one place; from two places the environment's counts. */
    static List<String> exclusive(Layer layer) {
        return layer
                .find("backup.cron")
                .flatMap(cron -> layer.find("backup.interval")
                        .map(interval -> cron.origin() + " and " + interval.origin() + " are both set; keep one"))
                .stream()
                .toList();
    }

    private void roles() {
        if (!config.redis().backupMaster() && !config.redis().backupReplica()) {
            broken.add(origin("redis.backup_master") + " and " + origin("redis.backup_replica")
                    + " are both false, so nothing would ever be backed up");
        }
    }

    private void retention() {
        if (config.retention().keepLast() == 0
                && config.retention().keepDuration().isEmpty()) {
            violation("retention.keep_last", "keeps nothing; keep at least 1, or set RETENTION_KEEP_DURATION");
        }
    }

    private void redisTrust() {
        if (config.redis().caFile().isPresent()
                && !config.redis().connectionString().tls()) {
            violation(
                    "redis.ca_file", "is of no use, since " + origin("redis.connection_string") + " is not rediss://");
        }
    }

    private void secretsGivenTwice() {
        if (config.redis().passwordFile().isPresent()
                && config.redis().connectionString().password().isPresent()) {
            violation(
                    "redis.password_file",
                    "is not the only password: " + origin("redis.connection_string") + " has one, too; keep one");
        }
        if (config.http().tokenFile().isPresent() && config.http().token().isPresent()) {
            violation("http.token_file", "is not the only token: " + origin("http.token") + " is set, too; keep one");
        }
    }

    private void tls() {
        Optional<Path> cert = config.http().tlsCertFile();
        Optional<Path> key = config.http().tlsKeyFile();
        if (cert.isPresent() && key.isPresent()) {
            if (!TlsKeyPair.matches(cert.get(), key.get())) {
                violation(
                        "http.tls_key_file",
                        "is not the private key of the first certificate in HTTP_TLS_CERT_FILE, as PEM: RSA or EC,"
                                + " without a passphrase");
            }
        } else if (cert.isPresent()) {
            violation("http.tls_cert_file", "is of no use without its key; set HTTP_TLS_KEY_FILE, too");
        } else if (key.isPresent()) {
            violation("http.tls_key_file", "is of no use without its certificate; set HTTP_TLS_CERT_FILE, too");
        }
    }

    private void storageTrust() {
        boolean tls = config.storage()
                .endpoint()
                .filter(uri -> uri.getScheme().equalsIgnoreCase("https"))
                .isPresent();
        if (config.storage().caFile().isPresent() && !tls) {
            violation("storage.ca_file", "is of no use, since S3_ENDPOINT is not https://");
        }
    }

    private void bucket() {
        boolean underscore = config.storage().bucket().orElse("").contains("_");
        if (underscore && config.storage().type() == StorageType.S3) {
            violation("storage.bucket", "is not a bucket name of S3: " + Names.Bucket.RULE);
        }
    }

    private void encryption() {
        boolean kms =
                config.storage().sse().filter(sse -> sse.startsWith("aws:kms")).isPresent();
        if (config.storage().sseKmsKeyId().isPresent() && !kms) {
            violation("storage.sse_kms_key_id", "is of no use, since S3_SSE is neither aws:kms nor aws:kms:dsse");
        }
    }

    private void key() {
        String prefix = config.storage().prefix();
        int length = bytes(prefix) + "/".length() + bytes(config.redis().nodeName()) + SUFFIX_BYTES;
        if (length > KEY_BYTES) {
            violation(
                    "storage.prefix",
                    "makes keys of " + length + " bytes, more than the " + KEY_BYTES + " there may be");
        }
        boolean long255 = List.of(prefix.split("/")).stream().anyMatch(segment -> bytes(segment) > FILE_NAME_BYTES);
        if (long255 && config.storage().type() == StorageType.FILESYSTEM) {
            violation("storage.prefix", "has a segment of more than " + FILE_NAME_BYTES + " bytes");
        }
    }

    /** Names of the directory's own files begin with a dot: those of metadata, and of what is still being written. */
    private void hiddenFiles() {
        if (config.storage().type() == StorageType.FILESYSTEM) {
            String what = "begins with a dot, which no file of a backup may; leave it out";
            if (config.redis().nodeName().startsWith(".")) {
                violation("redis.node_name", what);
            }
            if (("/" + config.storage().prefix()).contains("/.")) {
                violation("storage.prefix", "has a segment that " + what);
            }
        }
    }

    private void directory() {
        config.storage().path().ifPresent(path -> {
            Path backups = path.normalize();
            Path data = config.redis().dataPath().toAbsolutePath().normalize();
            String dataPath = origin("redis.data_path") + " " + Given.quoted(data.toString());
            if (!backups.isAbsolute()) {
                violation("storage.path", "is not an absolute path");
            } else if (backups.startsWith(data)) {
                violation("storage.path", "is within " + dataPath + ", where nothing may be written");
            } else if (data.startsWith(backups)) {
                violation("storage.path", "contains " + dataPath + "; keep backups apart from it");
            }
        });
    }

    private void violation(String key, String what) {
        broken.add(given.get(key).says(what));
    }

    private String origin(String key) {
        return given.get(key).origin();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
