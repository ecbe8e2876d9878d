package io.redisvault.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/**
 * Offers a plain TCP server of the loopback address over TLS, on a free port and with a self-signed certificate of
 * its own that nobody trusts who is not told to.
 */
public final class TlsProxy implements AutoCloseable {

    private final WorkDirectory directory = new WorkDirectory("rv-tls");
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private TlsIdentity identity;
    private SSLServerSocket listener;

    private TlsProxy(int target, boolean expired, String... names) {
        this.target = target;
        try {
            Path files = directory.directory("identity");
            identity = expired ? TlsIdentity.expired(files, names) : TlsIdentity.generate(files, names);
            listener = (SSLServerSocket) identity.serverContext()
                    .getServerSocketFactory()
                    .createServerSocket(0, 100, InetAddress.getLoopbackAddress());
            daemon("accepts on " + port(), this::accept);
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        }
    }

    /** In front of {@code port}; the certificate is for {@code localhost} and {@code 127.0.0.1}. */
    public static TlsProxy to(int port) {
        return new TlsProxy(port, false, "dns:localhost", "ip:127.0.0.1");
    }

    /** In front of {@code port}, with a certificate whose time is over. */
    public static TlsProxy withExpiredCertificate(int port) {
        return new TlsProxy(port, true, "dns:localhost", "ip:127.0.0.1");
    }

    /** In front of {@code port}, with a certificate for another name, which must fail a client's check of names. */
    public static TlsProxy withCertificateFor(String name, int port) {
        return new TlsProxy(port, false, "dns:" + name);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** PEM file of the certificate, for clients that shall trust it. */
    public Path certificate() {
        return identity.certificate();
    }

    /** A vault that reaches S3 through this, and trusts it. */
    public VaultProcess.Builder asS3Of(VaultProcess.Builder vault) {
        return vault.and("S3_ENDPOINT", "https://localhost:" + port())
                .and("S3_CA_FILE", certificate().toString());
    }

    /** For JVMs of their own: a store to trust. */
    public Path keyStore() {
        return identity.keyStore();
    }

    /** For clients in this JVM: trusts this certificate and no other. */
    public SSLContext trustingContext() {
        return identity.trustingContext();
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
