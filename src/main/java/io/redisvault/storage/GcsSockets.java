package io.redisvault.storage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/**
 * The connections below the TLS of one upload. Closing a TLS socket waits until what is being written has left, which on
 * a slow line takes seconds and on a dead one for ever; closing the one below does not. Since connections are kept alive
 * per factory, no other upload uses them.
 */
final class GcsSockets extends SSLSocketFactory {

    private final SSLSocketFactory tls = HttpsURLConnection.getDefaultSSLSocketFactory();
    private final List<Socket> sockets = new ArrayList<>();

    synchronized void close() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException ignored) {
                // It is of no more use either way.
            }
        }
    }

    /** What the JDK calls once the connection stands, because this factory does not offer unconnected sockets. */
    @Override
    public Socket createSocket(Socket connected, String host, int port, boolean autoClose) throws IOException {
        synchronized (this) {
            sockets.removeIf(Socket::isClosed);
            sockets.add(connected);
        }
        return tls.createSocket(connected, host, port, autoClose);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return tls.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return tls.createSocket(host, port, localHost, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return tls.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return tls.createSocket(host, port, localHost, localPort);
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return tls.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return tls.getSupportedCipherSuites();
    }
}
