package io.redisvault.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;

/** A free port of this machine, on which each connection is served by a thread of its own and closed at the end. */
public final class Acceptor implements AutoCloseable {

    /** Work on a connection; it ends when one side closes that. */
    public interface Server {
        void serve(Socket client) throws IOException;
    }

    interface Task {
        void run() throws IOException;
    }

    private final ServerSocket listener;

    private Acceptor(ServerSocket listener) {
        this.listener = listener;
    }

    public static Acceptor start(Server server) {
        try {
            ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
            daemon(() -> {
                while (true) {
                    Socket client = listener.accept();
                    daemon(() -> {
                        try (client) {
                            server.serve(client);
                        }
                    });
                }
            });
            return new Acceptor(listener);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    static void daemon(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException closed) {
                // By one side or the other.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
