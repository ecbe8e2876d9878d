package io.redisvault.servers;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A proxy for HTTPS as companies have them: it takes {@code CONNECT} from who shows user and password, and passes bytes on. */
public final class TunnelProxy implements AutoCloseable {

    private final String user;
    private final Acceptor acceptor = Acceptor.start(this::serve);
    private final Queue<String> tunnels = new ConcurrentLinkedQueue<>();

    private TunnelProxy(String user) {
        this.user = user;
    }

    /** @param user and password, with a colon between them */
    public static TunnelProxy forUser(String user) {
        return new TunnelProxy(user);
    }

    /** Without user and password. */
    public URI uri() {
        return acceptor.uri();
    }

    /** With user and password. */
    public URI uriOfUser() {
        return URI.create("http://" + user + "@127.0.0.1:" + acceptor.port());
    }

    /** What was asked for, each as {@code host:port}. */
    public Queue<String> tunnels() {
        return tunnels;
    }

    private void serve(Socket client) throws IOException {
        while (true) {
            String head = head(client.getInputStream());
            if (!head.startsWith("CONNECT ")) {
                return;
            }
            String expected = Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
            if (head.contains("Basic " + expected)) {
                tunnel(client, head.split(" ")[1]);
                return;
            }
            answer(client, "407 Who are you\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0");
        }
    }

    private void tunnel(Socket client, String target) throws IOException {
        tunnels.add(target);
        String[] address = target.split(":");
        try (Socket server = new Socket(address[0], Integer.parseInt(address[1]))) {
            answer(client, "200 Connected");
            Acceptor.daemon(() -> server.getInputStream().transferTo(client.getOutputStream()));
            client.getInputStream().transferTo(server.getOutputStream());
        }
    }

    private static void answer(Socket client, String answer) throws IOException {
        client.getOutputStream().write(("HTTP/1.1 " + answer + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Up to the empty line, or to the end. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            if (head.toString().endsWith("\r\n\r\n")) {
                break;
            }
        }
        return head.toString();
    }

    @Override
    public void close() {
        acceptor.close();
    }
}
