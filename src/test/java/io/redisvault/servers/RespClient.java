package io.redisvault.servers;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One connection that speaks RESP2: strings and errors as {@link String}, integers as {@link Long}, arrays as {@link List}. */
final class RespClient implements AutoCloseable {

    private final AutoCloseable connection;
    private final InputStream in;
    private final OutputStream out;

    RespClient(AutoCloseable connection, InputStream in, OutputStream out) {
        this.connection = connection;
        this.in = new BufferedInputStream(in);
        this.out = out;
    }

    static RespClient connect(SocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        return new RespClient(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
    }

    /**
     * Sends one command and reads its reply.
     *
     * @return {@link String}, {@link Long}, {@link List} of these, or null
     * @throws RedisServer.ErrorReply if the server answers with an error
     */
    Object call(String... command) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(bytes("*" + command.length + "\r\n"));
        for (String argument : command) {
            byte[] bytes = bytes(argument);
            request.write(bytes("$" + bytes.length + "\r\n"));
            request.write(bytes);
            request.write('\r');
            request.write('\n');
        }
        request.writeTo(out);
        out.flush();
        return reply();
    }

    private Object reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case '-' -> throw new RedisServer.ErrorReply(rest);
            case ':' -> Long.valueOf(rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> array(Integer.parseInt(rest));
            default -> throw new IOException("not RESP2: " + line);
        };
    }

    private String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || in.readNBytes(2).length < 2) {
            throw new EOFException("connection closed within a reply");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private List<Object> array(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        List<Object> elements = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            elements.add(reply());
        }
        return elements;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int read = in.read(); read != '\r'; read = in.read()) {
            if (read < 0) {
                throw new EOFException("connection closed");
            }
            line.write(read);
        }
        if (in.read() != '\n' || line.size() == 0) {
            throw new IOException("not RESP2");
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
