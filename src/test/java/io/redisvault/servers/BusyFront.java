package io.redisvault.servers;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands before an S3 server and answers some requests itself, with an error: 503 SlowDown as S3 does under load, say.
 * Understands as much of HTTP/1.1 as the AWS client speaks.
 */
public final class BusyFront implements AutoCloseable {

    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length:\\s*(\\d+)");

    private final URI target;
    private final ServerSocket listener;
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile String requests = ".*";
    private volatile String answer = "";

    private BusyFront(URI target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public static BusyFront to(URI target) {
        try {
            return new BusyFront(target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /**
     * The next requests, so many, get this answer, and none later.
     *
     * @param pattern matches a method and a target, such as {@code PUT /bucket/key?partNumber=1}
     */
    public void answer(int count, String pattern, int status, String code) {
        String body = "<Error><Code>" + code + "</Code><Message>as the test wants it</Message></Error>";
        answer = "HTTP/1.1 " + status + " x\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
        requests = pattern;
        refused.set(0);
        left.set(count);
    }

    /** Requests that match get no answer at all. */
    public void hang(String pattern) {
        answer = "";
        requests = pattern;
        left.set(Integer.MAX_VALUE);
    }

    /** How many requests got the present answer. */
    public int answered() {
        return refused.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(target.getHost(), target.getPort())) {
            daemon(() -> pump(server, client));
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            for (Optional<String> head = head(in); head.isPresent(); head = head(in)) {
                if (isToBeRefused(head.get())) {
                    client.getOutputStream().write(answer.getBytes(US_ASCII));
                    if (!answer.isEmpty()) {
                        client.shutdownOutput();
                    }
                    in.transferTo(OutputStream.nullOutputStream());
                    return;
                }
                out.write(head.get().getBytes(US_ASCII));
                Matcher length = LENGTH.matcher(head.get());
                pass(in, out, length.find() ? Long.parseLong(length.group(1)) : 0);
            }
        } catch (IOException e) {
            // One of the two went away, and the other goes with it.
        }
    }

    private boolean isToBeRefused(String head) {
        String request = head.substring(0, head.indexOf(" HTTP/"));
        if (!request.matches(requests) || left.getAndUpdate(count -> Math.max(0, count - 1)) == 0) {
            return false;
        }
        refused.incrementAndGet();
        return true;
    }

    private static Optional<String> head(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0) {
                return Optional.empty();
            }
            bytes.write(next);
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
        }
        return Optional.of(bytes.toString(US_ASCII));
    }

    private static void pass(InputStream in, OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        for (long left = length; left > 0; ) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new IOException("the request ended early");
            }
            out.write(buffer, 0, read);
            left -= read;
        }
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.close();
        } catch (IOException e) {
            // Over.
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "busy front");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
