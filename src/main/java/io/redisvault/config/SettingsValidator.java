package io.redisvault.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.runtime.JVMUnsafeWarningsControl;
import io.redisvault.config.Setting.Value;
import io.redisvault.config.VaultConfig.Credentials;
import io.redisvault.config.VaultConfig.StorageType;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.X509KeyManager;

/** Checks rules between settings. Adds a line to the mistakes or, where it may be intended, to the warnings. */
record SettingsValidator(VaultConfig config, Map<String, Value> values, List<String> mistakes, List<String> warnings) {

    /** The longest key that S3 and GCS allow. */
    private static final int KEY_BYTES = 1024;

    /** Length of the rest of a key, after prefix and node: an underscore, a time of at most 30 characters, and the shortest extension. */
    private static final int SUFFIX_BYTES = "_".length() + 30 + ".rdb".length();

    private static final String PASSWORD_FILE = "redis.password_file";
    private static final String PREFIX = "storage.prefix";
    private static final String NODE = "redis.node_name";
    private static final String DIRECTORY = "storage.path";

    /** @param environment the variables, which may name a proxy */
    void validate(Map<String, String> environment) {
        if (!config.redis().backupMaster() && !config.redis().backupReplica()) {
            mistakes.add(source("redis.backup_master") + " and " + source("redis.backup_replica")
                    + " are both false, so nothing would ever be backed up");
        }
        if (config.retention().keepLast() == 0 && !isSet("retention.keep_duration")) {
            refuse("retention.keep_last", "keeps nothing; keep at least 1, or set RETENTION_KEEP_DURATION");
        }
        redis(config.redis().connectionString(), source("redis.connection_string"));
        keyPair("redis.client_");
        keyPair("http.tls_");
        if (isSet("http.token")) {
            refuse("http.token_file", "is not the only token: " + source("http.token") + " is set, too; keep one");
        }
        storage(config.storage(), config.storage().type());
        key(config.storage().prefix().orElse(""), config.redis().nodeName());
        if (isSet(DIRECTORY)) {
            directory(Path.of(values.get(DIRECTORY).canonical()).normalize());
        }
        proxy(environment);
    }

    private void redis(RedisAddress server, String address) {
        boolean password = server.password().isPresent();
        // A native image has no Unix sockets: Quarkus removes Netty's native transport, and the JDK's has none.
        if (server.socket().isPresent() && "runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"))) {
            refuse(
                    "redis.connection_string",
                    "is a Unix socket, which only the JVM image can use; give the native one redis://host:port");
        }
        if (password) {
            refuse(PASSWORD_FILE, "is not the only password: " + address + " has one, too; keep one");
        }
        if (isSet("redis.password") && (password || isSet(PASSWORD_FILE))) {
            warnings.add(source("redis.password") + " has no effect, since "
                    + (password ? address + " has a password" : source(PASSWORD_FILE) + " is set"));
        }
        if (!server.tls()) {
            refuse("redis.ca_file", "is of no use, since " + address + " is not rediss://");
            refuse("redis.client_cert_file", "is of no use, since " + address + " is not rediss://");
        }
    }

    private void keyPair(String settings) {
        String cert = settings + "cert_file";
        String key = settings + "key_file";
        if (!isSet(key)) {
            refuse(cert, "is of no use without its key; set " + variable(key) + ", too");
        } else if (!isSet(cert)) {
            refuse(key, "is of no use without its certificate; set " + variable(cert) + ", too");
        } else if (!belongTogether(values.get(cert), values.get(key))) {
            refuse(
                    key,
                    "is not the private key of the first certificate in " + variable(cert)
                            + ", as PEM: RSA or EC, without a passphrase");
        }
    }

    /** Reads both files like Quarkus, signs with the key and checks the signature with the certificate. */
    private static boolean belongTogether(Value cert, Value key) {
        // JDK 25 warns on standard error about Netty's buffers. Quarkus stops that, but only when it starts.
        JVMUnsafeWarningsControl.disableUnsafeRelatedWarnings();
        try {
            X509KeyManager pair = (X509KeyManager) new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(Files.readAllBytes(Path.of(cert.canonical()))))
                    .addKeyValue(Buffer.buffer(Files.readAllBytes(Path.of(key.canonical()))))
                    .getKeyManagerFactory(null)
                    .getKeyManagers()[0];
            boolean rsa = pair.chooseServerAlias("RSA", null, null) != null;
            String alias = pair.chooseServerAlias(rsa ? "RSA" : "EC", null, null);
            Signature signature = Signature.getInstance("SHA256with" + (rsa ? "RSA" : "ECDSA"));
            signature.initSign(pair.getPrivateKey(alias));
            byte[] signed = signature.sign();
            signature.initVerify(pair.getCertificateChain(alias)[0].getPublicKey());
            return signature.verify(signed);
        } catch (Exception e) {
            // The reader throws any type of exception for a file that it cannot parse.
            return false;
        }
    }

    private void storage(VaultConfig.Storage storage, StorageType type) {
        boolean gcs = type == StorageType.GCS;
        boolean custom = storage.endpoint().isPresent();
        boolean https = custom && storage.endpoint().get().getScheme().equalsIgnoreCase("https");
        if (!https && (custom || !gcs)) {
            refuse("storage.ca_file", "is of no use, since " + (gcs ? "GCS" : "S3") + "_ENDPOINT is not https://");
        }
        if (gcs && custom && !https && storage.credentials() == Credentials.DEFAULT) {
            warnings.add(source("storage.endpoint") + " is not https://, so credentials are sent in the clear;"
                    + " for an emulator set GCS_CREDENTIALS=none");
        }
        String name = "(?![0-9.]+$)[a-z0-9][a-z0-9." + (gcs ? "_" : "") + "-]{1,61}[a-z0-9]";
        if ((gcs || !custom) && !storage.bucket().orElse("").matches(name)) {
            refuse("storage.bucket", ValueFormat.BUCKET_RULE);
        }
        if (type == StorageType.S3 && !custom && !storage.region().orElse("").matches("[a-z0-9-]+")) {
            refuse("storage.region", ValueFormat.REGION_RULE);
        }
        if (!storage.sse().orElse("").startsWith("aws:kms")) {
            refuse("storage.sse_kms_key_id", "is of no use, since S3_SSE is neither aws:kms nor aws:kms:dsse");
        }
        if (isSet("storage.checksums")) {
            warnings.add(source("storage.checksums") + " has no effect any more; leave it out");
        }
    }

    private void key(String prefix, String node) {
        int length = (prefix + "/" + node).getBytes(UTF_8).length + SUFFIX_BYTES;
        length += config.backup().compression() > 0 ? ".zst".length() : 0;
        length += config.backup().ageRecipients().isPresent() ? ".age".length() : 0;
        if (length > KEY_BYTES) {
            refuse(PREFIX, "makes keys of " + length + " bytes, more than the " + KEY_BYTES + " there may be");
        }
    }

    private void directory(Path backups) {
        String prefix = config.storage().prefix().orElse("");
        String node = config.redis().nodeName();
        if (Stream.of(prefix.split("/")).anyMatch(segment -> segment.getBytes(UTF_8).length > 255)) {
            refuse(PREFIX, "has a segment of more than 255 bytes");
        }
        // In the directory, a leading dot marks files that are still being written.
        if (node.startsWith(".")) {
            refuse(NODE, "begins with a dot, which no file of a backup may; leave it out");
        }
        if (("/" + prefix).contains("/.")) {
            refuse(PREFIX, "has a segment that begins with a dot, which no file of a backup may; leave it out");
        }
        if (!ValueFormat.isPath(prefix + node)) {
            refuse(ValueFormat.isPath(node) ? PREFIX : NODE, ValueFormat.LOCALE_RULE);
        }
        Path data = config.redis().dataPath().toAbsolutePath().normalize();
        String dataPath = source("redis.data_path") + " " + Value.quoted(data.toString());
        if (!backups.isAbsolute()) {
            refuse(DIRECTORY, "is not an absolute path");
        } else if (backups.startsWith(data)) {
            refuse(DIRECTORY, "is within " + dataPath + ", where nothing may be written; keep backups apart from it");
        } else if (data.startsWith(backups)) {
            refuse(DIRECTORY, "contains " + dataPath + "; keep backups apart from it");
        }
    }

    private void proxy(Map<String, String> environment) {
        Stream<URI> storage = config.storage().type() == StorageType.FILESYSTEM
                ? Stream.empty()
                : Stream.of(config.storage().endpoint().orElse(URI.create("https://storage.invalid")));
        try {
            Stream.concat(storage, config.backup().heartbeatUrl().stream())
                    .forEach(server -> HttpProxy.of(server, environment));
        } catch (IllegalArgumentException e) {
            mistakes.add(e.getMessage());
        }
    }

    /** Adds a mistake about a setting, unless it has its default. */
    private void refuse(String key, String what) {
        if (isSet(key)) {
            mistakes.add(values.get(key).says(what));
        }
    }

    private boolean isSet(String key) {
        return values.containsKey(key);
    }

    private String source(String key) {
        return isSet(key) ? values.get(key).source() : variable(key);
    }

    private static String variable(String key) {
        return Setting.of(key).variables().get(0);
    }
}
