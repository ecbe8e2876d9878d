package io.redisvault.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Offers a plain TCP server of the loopback address over TLS, on a free port and with a self-signed certificate of
 * its own that nobody trusts who is not told to.
 */
public final class TlsProxy implements AutoCloseable {

    /** Of {@link #keyStore}. */
    public static final String PASSWORD = "changeit";

    private static final String ALIAS = "server";

    private final WorkDirectory directory = new WorkDirectory("rv-tls");
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private KeyStore keys;
    private SSLServerSocket listener;

    private TlsProxy(int target, List<String> names) {
        this.target = target;
        try {
            keys = generate(names);
            Files.writeString(certificate(), pem());
            listener = (SSLServerSocket) serverContext()
                    .getServerSocketFactory()
                    .createServerSocket(0, 100, InetAddress.getLoopbackAddress());
            daemon("accepts on " + port(), this::accept);
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            close();
            throw new IllegalStateException(e);
        }
    }

    /** In front of {@code port}; the certificate is for {@code localhost} and {@code 127.0.0.1}. */
    public static TlsProxy to(int port) {
        return new TlsProxy(port, List.of("dns:localhost", "ip:127.0.0.1"));
    }

    /** In front of {@code port}, with a certificate for another name, which must fail a client's check of names. */
    public static TlsProxy withCertificateFor(String name, int port) {
        return new TlsProxy(port, List.of("dns:" + name));
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** PEM file of the certificate, for clients that shall trust it. */
    public Path certificate() {
        return directory.file("certificate.pem");
    }

    /** For JVMs of their own: a store to trust, which has the key as well. */
    public Path keyStore() {
        return directory.file("keys.p12");
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
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SSLContext serverContext() throws GeneralSecurityException {
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), null, null);
        return context;
    }

    /** The JDK can make certificates by its keytool only. */
    private KeyStore generate(List<String> names) throws IOException, GeneralSecurityException {
        Path store = keyStore();
        Path output = directory.file("keytool.log");
        Process keytool = new ProcessBuilder(Stream.concat(
                                Stream.of(
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
                                        "-validity",
                                        "2",
                                        "-storetype",
                                        "PKCS12",
                                        "-keystore",
                                        store.toString(),
                                        "-storepass",
                                        PASSWORD),
                                Stream.of("-ext", "SAN=" + String.join(",", names)))
                        .collect(Collectors.toList()))
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

    private String pem() throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getCertificate(ALIAS).getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                daemon("client of " + port(), () -> serve(client));
            } catch (IOException e) {
                // Closed, or a client that went away at once.
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket()) {
            open.add(client);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 5000);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            Thread answers = daemon("server of " + port(), () -> transfer(server, client));
            transfer(client, server);
            answers.join();
        } catch (IOException e) {
            // The handshake failed or a side is gone: the sockets are closed, which is all the others need to know.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private static void transfer(Socket from, Socket to) {
        try {
            byte[] buffer = new byte[16 * 1024];
            InputStream in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                to.getOutputStream().write(buffer, 0, read);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // It is closed all the same.
        }
    }

    @Override
    public void close() {
        if (listener != null) {
            close(listener);
        }
        open.forEach(TlsProxy::close);
        directory.close();
    }
}
