package io.redisvault.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One request as its bytes, with the status of each answer that is expected before the server hangs up.
 *
 * @param text in Latin-1
 */
record HostileRequest(String name, String text, List<Integer> answers) {

    static final String HOST = "Host: localhost";
    private static final Pattern STATUS = Pattern.compile("^HTTP/\\d\\.\\d (\\d{3})", Pattern.MULTILINE);
    private static final int PATIENCE_MILLIS = 5_000;

    /** A well-formed request of these lines, after which the connection may close. */
    static HostileRequest of(String name, int answer, String... lines) {
        return bytes(name, String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n", answer);
    }

    /** Exactly these bytes; the server itself has to hang up. */
    static HostileRequest bytes(String name, String text, Integer... answers) {
        return new HostileRequest(name, text, List.of(answers));
    }

    /** Sends it, and returns all that comes back; fails if the connection stays open. */
    String sendTo(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return read(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        try {
            in.transferTo(answers);
        } catch (SocketException reset) {
            // Hung up as well: it did not want to read the rest.
        }
        return answers.toString(StandardCharsets.ISO_8859_1);
    }

    static List<Integer> statuses(String answers) {
        return STATUS.matcher(answers)
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
