package io.redisvault.config;

import io.quarkus.runtime.JVMUnsafeWarningsControl;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.X509KeyManager;

/** Rules between settings: one line for each that is broken, and a warning for what somebody may not have meant. */
record SettingsValidator(VaultConfig config, Map<String, Value> values, List<String> mistakes, List<String> warnings) {

    /** Limit of S3 and Google for a key. */
    private static final int KEY_BYTES = 1024;

    /** After prefix and node: an underscore, a time of up to thirty characters, and the shortest extension. */
    private static final int SUFFIX_BYTES = "_".length() + 30 + ".rdb".length();

    private static final int FILE_NAME_BYTES = 255;

    void validate() {
        backups(config.retention());
        refuse(
                config.redis().connectionString().socket().isPresent() && isNativeExecutable(),
                "redis.connection_string",
                "is a Unix socket, which only the JVM image can use; give the native one redis://host:port");
        secrets(config.redis(), config.http());
        tls(config.redis(), config.http());
        storage(config.storage());
        key(config.storage().prefix(), config.redis().nodeName());
        if (config.storage().type() == StorageType.FILESYSTEM) {
            names(config.storage().prefix(), config.redis().nodeName());
            config.storage().path().map(Path::normalize).ifPresent(this::directory);
        }
    }

    private void backups(VaultConfig.Retention retention) {
        if (!config.redis().backupMaster() && !config.redis().backupReplica()) {
            mistakes.add(source("redis.backup_master") + " and " + source("redis.backup_replica")
                    + " are both false, so nothing would ever be backed up");
        }
        refuse(
                retention.keepLast() == 0 && retention.keepDuration().isEmpty(),
                "retention.keep_last",
                "keeps nothing; keep at least 1, or set RETENTION_KEEP_DURATION");
    }

    /** Quarkus replaces Netty's native transport there, and the JDK's has no sockets of this kind. */
    private static boolean isNativeExecutable() {
        return "runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"));
    }

    private void secrets(VaultConfig.Redis redis, VaultConfig.Http http) {
        boolean inAddress = redis.connectionString().password().isPresent();
        String address = source("redis.connection_string");
        refuse(
                redis.passwordFile().isPresent() && inAddress,
                "redis.password_file",
                "is not the only password: " + address + " has one, too; keep one");
        refuse(
                http.tokenFile().isPresent() && http.token().isPresent(),
                "http.token_file",
                "is not the only token: " + source("http.token") + " is set, too; keep one");
        if (redis.password().isPresent() && (inAddress || redis.passwordFile().isPresent())) {
            warnings.add(source("redis.password") + " has no effect, since "
                    + (inAddress ? address + " has a password" : source("redis.password_file") + " is set"));
        }
    }

    private void tls(VaultConfig.Redis redis, VaultConfig.Http http) {
        keyPair(http.tlsCertFile(), http.tlsKeyFile(), "http.tls_");
        keyPair(redis.clientCertFile(), redis.clientKeyFile(), "redis.client_");
        for (String key : List.of("redis.ca_file", "redis.client_cert_file")) {
            refuse(
                    values.containsKey(key) && !redis.connectionString().tls(),
                    key,
                    "is of no use, since " + source("redis.connection_string") + " is not rediss://");
        }
    }

    private void keyPair(Optional<Path> cert, Optional<Path> key, String settings) {
        String certSetting = settings + "cert_file";
        String keySetting = settings + "key_file";
        String certVariable = Setting.of(certSetting).variables().get(0);
        String keyVariable = Setting.of(keySetting).variables().get(0);
        refuse(key.isEmpty(), certSetting, "is of no use without its key; set " + keyVariable + ", too");
        refuse(cert.isEmpty(), keySetting, "is of no use without its certificate; set " + certVariable + ", too");
        refuse(
                cert.isPresent() && key.isPresent() && !belongTogether(cert.get(), key.get()),
                keySetting,
                "is not the private key of the first certificate in " + certVariable
                        + ", as PEM: RSA or EC, without a passphrase");
    }

    /** Both are read as Quarkus will read them, and what the one signs must be right for the other. */
    private static boolean belongTogether(Path certFile, Path keyFile) {
        // Of Netty's buffers JDK 25 would warn on standard error; Quarkus asks it not to, but only when it starts.
        JVMUnsafeWarningsControl.disableUnsafeRelatedWarnings();
        try {
            X509KeyManager pair = (X509KeyManager) new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(Files.readAllBytes(certFile)))
                    .addKeyValue(Buffer.buffer(Files.readAllBytes(keyFile)))
                    .getKeyManagerFactory(null)
                    .getKeyManagers()[0];
            String rsa = pair.chooseServerAlias("RSA", null, null);
            String alias = rsa == null ? pair.chooseServerAlias("EC", null, null) : rsa;
            PrivateKey key = pair.getPrivateKey(alias);
            Signature signature = Signature.getInstance("SHA256with" + (rsa == null ? "ECDSA" : "RSA"));
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(pair.getCertificateChain(alias)[0].getPublicKey());
            return signature.verify(signed);
        } catch (Exception e) {
            // The reader has no type of its own for files that it does not understand.
            return false;
        }
    }

    private void storage(VaultConfig.Storage storage) {
        boolean s3 = storage.type() == StorageType.S3;
        boolean gcs = storage.type() == StorageType.GCS;
        boolean custom = storage.endpoint().isPresent();
        boolean https = custom && storage.endpoint().get().getScheme().equalsIgnoreCase("https");
        refuse(
                !https && (custom || !gcs),
                "storage.ca_file",
                "is of no use, since " + (gcs ? "GCS" : "S3") + "_ENDPOINT is not https://");
        if (gcs && custom && !https && storage.credentials() == VaultConfig.Credentials.DEFAULT) {
            warnings.add(
                    source("storage.endpoint")
                            + " is not https://, so credentials are sent in the clear; for an emulator set GCS_CREDENTIALS=none");
        }
        String bucket = "(?![0-9.]+$)[a-z0-9][a-z0-9." + (gcs ? "_" : "") + "-]{1,61}[a-z0-9]";
        refuse(
                !(s3 && custom) && !storage.bucket().orElse("").matches(bucket),
                "storage.bucket",
                "is not a " + ValueFormat.BUCKET_RULE);
        refuse(
                s3 && !custom && !storage.region().orElse("").matches("[a-z0-9-]+"),
                "storage.region",
                ValueFormat.REGION_RULE);
        refuse(
                !storage.sse().orElse("").startsWith("aws:kms"),
                "storage.sse_kms_key_id",
                "is of no use, since S3_SSE is neither aws:kms nor aws:kms:dsse");
    }

    private void key(String prefix, String node) {
        int length = bytes(prefix) + "/".length() + bytes(node) + SUFFIX_BYTES;
        length += config.backup().compression().level() > 0 ? ".zst".length() : 0;
        length += config.backup().recipients().isEmpty() ? 0 : ".age".length();
        String what = "makes keys of " + length + " bytes, more than the " + KEY_BYTES + " there may be";
        refuse(length > KEY_BYTES, "storage.prefix", what);
    }

    private void names(String prefix, String node) {
        boolean tooLong = Stream.of(prefix.split("/")).anyMatch(segment -> bytes(segment) > FILE_NAME_BYTES);
        refuse(tooLong, "storage.prefix", "has a segment of more than " + FILE_NAME_BYTES + " bytes");
        // Names of the directory's own files begin with a dot: those that are still being written.
        String dot = "begins with a dot, which no file of a backup may; leave it out";
        refuse(node.startsWith("."), "redis.node_name", dot);
        refuse(("/" + prefix).contains("/."), "storage.prefix", "has a segment that " + dot);
        refuse(!isPath(node), "redis.node_name", Settings.LOCALE_RULE);
        refuse(!isPath(prefix), "storage.prefix", Settings.LOCALE_RULE);
    }

    private void directory(Path backups) {
        Path data = config.redis().dataPath().toAbsolutePath().normalize();
        String dataPath = source("redis.data_path") + " " + Value.quoted(data.toString());
        boolean absolute = backups.isAbsolute();
        boolean within = backups.startsWith(data);
        refuse(!absolute, "storage.path", "is not an absolute path");
        refuse(
                absolute && within,
                "storage.path",
                "is within " + dataPath + ", where nothing may be written; keep backups apart from it");
        refuse(
                absolute && !within && data.startsWith(backups),
                "storage.path",
                "contains " + dataPath + "; keep backups apart from it");
    }

    /** Under a locale that is not UTF-8, Java cannot name every file. */
    private static boolean isPath(String text) {
        try {
            return Path.of(text) != null;
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Adds a mistake if the rule is broken by a value that is set. */
    private void refuse(boolean broken, String key, String what) {
        if (broken && values.containsKey(key)) {
            mistakes.add(values.get(key).says(what));
        }
    }

    private String source(String key) {
        return values.containsKey(key)
                ? values.get(key).source()
                : Setting.of(key).variables().get(0);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
