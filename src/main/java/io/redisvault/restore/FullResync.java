package io.redisvault.restore;

import io.redisvault.redis.ServerInfo;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.net.NetServer;
import io.vertx.mutiny.core.net.NetSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Plays the master in a full resynchronisation, to send a dump to one server and to nobody else.
 *
 * <p>Any client is told the length of the dump. The dump itself is sent only after {@link #accept}: the server, asked at
 * its own address, must report that it waits for a dump of this length.
 */
final class FullResync {

    private static final int LONGEST_REQUEST = 16 * 1024;
    /** First byte of a TLS connection. */
    private static final char TLS_HANDSHAKE = 0x16;

    private final Vertx vertx;
    private final Predicate<String> isServer;
    private final String replicationId;
    private final long length;
    private final Duration patience;
    private final Optional<PemKeyCertOptions> certificate;
    private final DumpFeed feed;
    private final CompletableFuture<Void> broken = new CompletableFuture<>();
    private NetServer listener;
    private Candidate candidate;
    private boolean accepted;
    /** True if the next connection is expected to use TLS. */
    private boolean tls;

    private String complaint = "; if it is in another container or machine, --listen names an address that it reaches";

    /**
     * @param isServer whether an IP address is one of the server's
     * @param replicationId 40 hexadecimal digits
     * @param length length of the dump in bytes
     * @param patience a connection that is not accepted within this time is closed
     * @param certificate our certificate, for a server that connects by TLS
     */
    FullResync(
            Vertx vertx,
            Predicate<String> isServer,
            String replicationId,
            long length,
            Duration patience,
            Optional<PemKeyCertOptions> certificate) {
        this.vertx = vertx;
        this.isServer = isServer;
        this.replicationId = replicationId;
        this.length = length;
        this.patience = patience;
        this.certificate = certificate;
        this.feed = new DumpFeed(vertx);
    }

    String replicationId() {
        return replicationId;
    }

    /** Starts to read the dump, so that its first bytes are there when the server asks for them. */
    Uni<Void> open(Multi<ByteBuffer> dump) {
        return feed.open(dump);
    }

    /** Starts to listen; returns the port. */
    Uni<Integer> listen(LiveRestore.ListenAddress address) {
        NetServerOptions options = new NetServerOptions();
        certificate.ifPresent(options::setKeyCertOptions);
        listener = vertx.createNetServer(options).connectHandler(this::connected);
        return listener.listen(address.port(), address.host()).map(NetServer::actualPort);
    }

    /** True if the server's INFO shows that the open connection is the server's. Later connections are then refused. */
    synchronized boolean accept(ServerInfo server) {
        String bytes = Long.toString(length);
        // Redis before 6.2 does not report the total. Nothing was sent yet, so the bytes left are the same.
        boolean waits = server.field("master_sync_total_bytes").equals(bytes)
                || server.field("master_sync_left_bytes").equals(bytes);
        if (candidate == null || !candidate.asked || !waits) {
            return false;
        }
        // Keep listening: closing the listener would also close this connection.
        accepted = true;
        return true;
    }

    /** Sends the whole dump to the accepted connection. */
    Uni<Void> send() {
        return feed.sendTo(candidate.socket);
    }

    /** Fails when the accepted connection closes or the resynchronisation is aborted; never succeeds. */
    Uni<Void> broken() {
        return Uni.createFrom().completionStage(broken);
    }

    /** Makes {@link #broken} fail with this reason. */
    void abort(Throwable reason) {
        broken.completeExceptionally(reason);
    }

    /** Second half of an error message: why connections were not accepted, or what to do if there were none. */
    synchronized String complaint() {
        return complaint;
    }

    Uni<Void> close() {
        feed.close();
        // This also closes its connections.
        return listener == null
                ? Uni.createFrom().voidItem()
                : listener.close().onFailure().recoverWithNull();
    }

    private synchronized void connected(NetSocket socket) {
        String remote = socket.remoteAddress().hostAddress();
        if (!isServer.test(remote)) {
            complaint = "; a connection from " + remote
                    + " was refused: name the server by the address that it connects from";
            socket.closeAndForget();
        } else if (candidate != null) {
            socket.closeAndForget();
        } else {
            candidate = new Candidate(socket);
            Candidate opened = candidate;
            vertx.setTimer(patience.toMillis(), timer -> giveUp(opened));
            socket.exceptionHandler(failure -> socket.closeAndForget());
            socket.closeHandler(() -> closed(opened));
            socket.handler(opened::read);
            if (tls) {
                socket.upgradeToSsl().subscribe().with(done -> {}, failure -> refused(socket));
            }
        }
    }

    private synchronized void refused(NetSocket socket) {
        tls = false;
        complaint =
                "; it connects by TLS, and does not take REDIS_CLIENT_CERT_FILE for a certificate of its master, which its"
                        + " tls-ca-cert-file has to vouch for";
        socket.closeAndForget();
    }

    private synchronized void giveUp(Candidate opened) {
        if (candidate == opened && !accepted) {
            complaint = "; a connection did not turn out to be the server's";
            opened.socket.closeAndForget();
        }
    }

    private synchronized void closed(Candidate ended) {
        if (candidate == ended) {
            if (accepted) {
                abort(gaveUp());
            } else {
                candidate = null;
            }
        }
    }

    static RestoreException gaveUp() {
        return new RestoreException(
                "the server gave up the connection before it had loaded the backup: its log says why");
    }

    /** A connection that may be the server's; answers its commands. */
    private final class Candidate {

        private final NetSocket socket;
        private String unread = "";
        private boolean asked;

        Candidate(NetSocket socket) {
            this.socket = socket;
        }

        void read(Buffer bytes) {
            synchronized (FullResync.this) {
                if (asked) {
                    // After PSYNC the server only sends acknowledgements.
                    return;
                }
                unread += bytes.toString(StandardCharsets.ISO_8859_1.name());
                if (unread.charAt(0) == TLS_HANDSHAKE) {
                    // The server tries again in a second; then we use TLS.
                    tls = certificate.isPresent();
                    complaint =
                            "; it connects by TLS (tls-replication yes): write rediss://, and name a certificate that it"
                                    + " trusts, and its key, in REDIS_CLIENT_CERT_FILE and REDIS_CLIENT_KEY_FILE";
                    socket.closeAndForget();
                    return;
                }
                try {
                    for (String command = next(); command != null && !asked; command = next()) {
                        answer(command);
                    }
                } catch (IndexOutOfBoundsException incomplete) {
                    if (unread.length() > LONGEST_REQUEST) {
                        socket.closeAndForget();
                    }
                } catch (NumberFormatException noRequest) {
                    socket.closeAndForget();
                }
            }
        }

        private void answer(String command) {
            switch (command) {
                case "PING" -> socket.writeAndForget("+PONG\r\n");
                case "AUTH", "REPLCONF" -> socket.writeAndForget("+OK\r\n");
                case "PSYNC" -> {
                    asked = true;
                    socket.writeAndForget("+FULLRESYNC " + replicationId + " 1\r\n$" + length + "\r\n");
                }
                case "" -> {}
                default -> socket.writeAndForget("-ERR unknown command\r\n");
            }
        }

        /** Name of the next request in upper case; null if there is none. Reads inline commands and RESP arrays. */
        private String next() {
            if (unread.isEmpty()) {
                return null;
            }
            int end = lineEnd(0);
            List<String> words =
                    new ArrayList<>(List.of(unread.substring(0, end).split(" ")));
            int position = end + 2;
            if (unread.charAt(0) == '*') {
                int count = Integer.parseInt(unread.substring(1, end));
                words.clear();
                for (int i = 0; i < count; i++) {
                    int start = lineEnd(position) + 2;
                    int bytes = Integer.parseInt(unread.substring(position + 1, start - 2));
                    words.add(unread.substring(start, start + bytes));
                    position = start + bytes + 2;
                }
            }
            unread = unread.substring(position);
            return words.isEmpty() ? "" : words.get(0).toUpperCase(Locale.ROOT);
        }

        private int lineEnd(int from) {
            int end = unread.indexOf("\r\n", from);
            if (end < 0) {
                throw new IndexOutOfBoundsException();
            }
            return end;
        }
    }
}
