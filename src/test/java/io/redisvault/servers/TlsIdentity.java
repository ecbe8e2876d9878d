package io.redisvault.servers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A self-signed certificate that nobody trusts who is not told to, and its key, as PEM files of a directory. */
public final class TlsIdentity {

    /** Of {@link #keyStore}. */
    public static final String PASSWORD = "changeit";

    private static final String ALIAS = "server";

    private final Path directory;
    private final KeyStore keys;

    private TlsIdentity(Path directory, KeyStore keys) {
        this.directory = directory;
        this.keys = keys;
    }

    /** @param names such as {@code dns:localhost} and {@code ip:127.0.0.1} */
    public static TlsIdentity generate(Path directory, String... names) throws IOException {
        return generate(directory, "-0d", List.of(names));
    }

    /** A certificate whose two days are over. */
    static TlsIdentity expired(Path directory, String... names) throws IOException {
        return generate(directory, "-9d", List.of(names));
    }

    private static TlsIdentity generate(Path directory, String start, List<String> names) throws IOException {
        try {
            TlsIdentity identity = new TlsIdentity(directory, keys(directory, start, names));
            Files.writeString(
                    identity.certificate(),
                    pem("CERTIFICATE", identity.keys.getCertificate(ALIAS).getEncoded()));
            Files.writeString(
                    identity.key(),
                    pem(
                            "PRIVATE KEY",
                            identity.keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()));
            return identity;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public Path certificate() {
        return directory.resolve("certificate.pem");
    }

    public Path key() {
        return directory.resolve("key.pem");
    }

    /** For JVMs of their own: a store to trust, which has the key as well. */
    public Path keyStore() {
        return keyStore(directory);
    }

    private static Path keyStore(Path directory) {
        return directory.resolve("keys.p12");
    }

    /** For clients in this JVM: trusts this certificate and no other. */
    public SSLContext trustingContext() {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(ALIAS, keys.getCertificate(ALIAS));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    SSLContext serverContext() {
        try {
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The JDK can make certificates by its keytool only. */
    private static KeyStore keys(Path directory, String start, List<String> names)
            throws IOException, GeneralSecurityException {
        Path store = keyStore(directory);
        Path output = directory.resolve("keytool.log");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-J-XX:TieredStopAtLevel=1",
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=Redis Vault test server",
                        "-startdate",
                        start,
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD,
                        "-ext",
                        "SAN=" + String.join(",", names))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                keytool.destroyForcibly();
                throw new IOException("keytool: " + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        KeyStore loaded = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            loaded.load(in, PASSWORD.toCharArray());
        }
        return loaded;
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + kind + "-----\n";
    }
}
