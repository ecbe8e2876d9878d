package io.redisvault.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP proxy on a free port of the loopback address that misbehaves on request, to stand between the service and a
 * real server. What it does can be changed while connections are open, and holds for these too. It starts with
 * {@link #pass()}. Thread-safe.
 */
public final class FaultyProxy implements AutoCloseable {

    /** Which way bytes go. */
    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    /**
     * How a connection ends for both sides: abruptly, or as if the other side had finished. The system turns a FIN
     * into a RST for a side that is still sending.
     */
    public enum Cut {
        RST,
        FIN
    }

    /** Whose bytes are counted, from the moment {@link #cutAfter} is called. */
    public enum Count {
        /** Those of each connection; each is cut at the number, or at its first byte if that is 0. */
        EACH_CONNECTION,
        /** All together; from then on every connection is cut at its next byte in that direction. */
        IN_TOTAL,
        /** All together; one connection is cut, then everything passes. */
        ONCE
    }

    private enum Mode {
        PASS,
        THROTTLE,
        CUT,
        HANG,
        REFUSE
    }

    private static final int BUFFER = 16 * 1024;
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final URI target;
    private final int port;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong cuts = new AtomicLong();
    private final AtomicLong toServer = new AtomicLong();
    private final AtomicLong toClient = new AtomicLong();

    // Guarded by this, whose waiters are told of every change.
    /** In bytes. */
    private static final int RECEIVE_BUFFER = 128 * 1024;

    private ServerSocket listener;
    private Thread acceptor;
    private Mode mode = Mode.PASS;
    private int ruling;
    private long bytesPerSecond;
    private long nextFree;
    private Direction cutDirection;
    private Count count;
    private Cut cut;
    private long cutBytes;
    private long passedInTotal;
    private boolean closed;

    private FaultyProxy(URI target) {
        if (target.getPort() < 0) {
            throw new IllegalArgumentException("no port in " + target);
        }
        this.target = target;
        synchronized (this) {
            listen(0);
            port = listener.getLocalPort();
        }
    }

    /** In front of the server at {@code target}, whose scheme and path {@link #endpoint()} takes over. */
    public static FaultyProxy to(URI target) {
        return new FaultyProxy(target);
    }

    /** In front of the server on a port of the loopback address. */
    public static FaultyProxy to(int port) {
        return new FaultyProxy(URI.create("tcp://127.0.0.1:" + port));
    }

    /** What clients are to be told instead of {@link #target()}. */
    public URI endpoint() {
        String path = target.getRawPath() == null ? "" : target.getRawPath();
        String user = target.getRawUserInfo() == null ? "" : target.getRawUserInfo() + "@";
        return URI.create(target.getScheme() + "://" + user + "127.0.0.1:" + port + path);
    }

    public URI target() {
        return target;
    }

    public int port() {
        return port;
    }

    /** Everything goes through. */
    public void pass() {
        rule(Mode.PASS);
    }

    /** All connections together get this many bytes per second, both directions added up. */
    public synchronized void throttle(long rate) {
        if (rate <= 0) {
            throw new IllegalArgumentException("rate: " + rate);
        }
        bytesPerSecond = rate;
        nextFree = System.nanoTime();
        rule(Mode.THROTTLE);
    }

    /** Passes {@code bytes} bytes in {@code direction}, exactly, then cuts; see {@link Count}. */
    public synchronized void cutAfter(long bytes, Direction direction, Count counted, Cut how) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes: " + bytes);
        }
        cutBytes = bytes;
        cutDirection = direction;
        count = counted;
        cut = how;
        passedInTotal = 0;
        rule(Mode.CUT);
    }

    /** Accepts connections, and neither reads from nor writes to any, until another mode is set. */
    public void hang() {
        rule(Mode.HANG);
    }

    /** Resets all connections, and refuses new ones as a port does on which nobody listens. */
    public void refuse() {
        rule(Mode.REFUSE);
        connections.forEach(connection -> connection.close(Cut.RST));
    }

    /** Ends the open connections, once; new ones meet the mode that is set. */
    public void cutOpenConnections(Cut how) {
        connections.forEach(connection -> connection.cut(how));
    }

    private synchronized void rule(Mode next) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        mode = next;
        ruling++;
        if (next == Mode.REFUSE) {
            shut(listener);
            awaitEnd(acceptor);
        } else if (listener.isClosed()) {
            listen(port);
        }
        notifyAll();
    }

    /** How many connections were accepted so far. */
    public long accepted() {
        return accepted.get();
    }

    /** How many connections are open, those that hang included. */
    public int open() {
        return connections.size();
    }

    /** How many connections were cut so far. */
    public long cuts() {
        return cuts.get();
    }

    /** How many bytes were passed on so far, those on their way included. */
    public long passed(Direction direction) {
        return counter(direction).get();
    }

    private AtomicLong counter(Direction direction) {
        return direction == Direction.TO_SERVER ? toServer : toClient;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            shut(listener);
            notifyAll();
        }
        connections.forEach(connection -> connection.close(Cut.FIN));
    }

    private void listen(int wanted) {
        try {
            ServerSocket socket = new ServerSocket();
            // Else the system takes megabytes that the rate does not let through yet, and the client waits for their
            // answer.
            socket.setReceiveBufferSize(RECEIVE_BUFFER);
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(LOOPBACK, wanted), 100);
            listener = socket;
            acceptor = daemon("accepts on " + socket.getLocalPort(), () -> accept(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Connection connection = new Connection(socket.accept());
                accepted.incrementAndGet();
                connections.add(connection);
                daemon("client of " + port, connection::run);
            } catch (IOException e) {
                // Closed, or a client that went away at once.
            }
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** The kernel accepts connections for as long as a thread waits for them, although the socket was closed. */
    private static void awaitEnd(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void shut(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // It is closed all the same.
        }
    }

    private final class Connection {
        private final Socket client;
        private final Socket server = new Socket();
        private final long[] passed = new long[2];
        private int seenRuling;
        private boolean ended;

        Connection(Socket client) {
            this.client = client;
        }

        void run() {
            try {
                if (!awaitTurn()) {
                    close(Cut.RST);
                    return;
                }
                server.connect(new InetSocketAddress(target.getHost(), target.getPort()), 5000);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                daemon("server of " + port, () -> pump(server, client, Direction.TO_CLIENT));
                pump(client, server, Direction.TO_SERVER);
            } catch (IOException e) {
                close(Cut.RST);
            }
        }

        private void pump(Socket from, Socket to, Direction direction) {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                while (awaitTurn()) {
                    int read = in.read(buffer);
                    if (read < 0) {
                        finish(to);
                        return;
                    }
                    if (!forward(out, buffer, read, direction)) {
                        return;
                    }
                }
                close(Cut.RST);
            } catch (IOException e) {
                close(Cut.RST);
            }
        }

        /** One side has said all: the other learns it; when both have, this is over. */
        private void finish(Socket to) throws IOException {
            to.shutdownOutput();
            if (client.isOutputShutdown() && server.isOutputShutdown()) {
                close(Cut.FIN);
            }
        }

        private boolean forward(OutputStream out, byte[] buffer, int length, Direction direction) throws IOException {
            int offset = 0;
            while (offset < length) {
                if (!awaitTurn()) {
                    close(Cut.RST);
                    return false;
                }
                int allowed = allowed(direction, length - offset);
                if (allowed == 0) {
                    return cut();
                }
                // Before they can be read, so that whoever has read them finds them counted.
                counter(direction).addAndGet(allowed);
                out.write(buffer, offset, allowed);
                offset += allowed;
                if (reached(direction)) {
                    return cut();
                }
            }
            return true;
        }

        /** How many of these bytes may go now; 0 means that the connection's time has come. */
        private int allowed(Direction direction, int wanted) {
            synchronized (FaultyProxy.this) {
                if (mode == Mode.THROTTLE) {
                    return reserve(wanted);
                }
                if (mode != Mode.CUT || direction != cutDirection) {
                    return wanted;
                }
                if (seenRuling != ruling) {
                    seenRuling = ruling;
                    passed[direction.ordinal()] = 0;
                }
                long before = count == Count.EACH_CONNECTION ? passed[direction.ordinal()] : passedInTotal;
                int allowed = (int) Math.min(wanted, cutBytes - before);
                passed[direction.ordinal()] += allowed;
                passedInTotal += allowed;
                return allowed;
            }
        }

        private boolean reached(Direction direction) {
            synchronized (FaultyProxy.this) {
                long now = count == Count.EACH_CONNECTION ? passed[direction.ordinal()] : passedInTotal;
                return mode == Mode.CUT && direction == cutDirection && seenRuling == ruling && now >= cutBytes;
            }
        }

        private boolean cut() {
            Cut how;
            synchronized (FaultyProxy.this) {
                if (mode != Mode.CUT) {
                    how = Cut.RST;
                } else {
                    how = cut;
                    if (count == Count.ONCE) {
                        rule(Mode.PASS);
                    }
                }
            }
            cut(how);
            return false;
        }

        void cut(Cut how) {
            if (end()) {
                cuts.incrementAndGet();
                shut(how);
            }
        }

        /** False when there is nothing to wait for any more. */
        private boolean awaitTurn() {
            synchronized (FaultyProxy.this) {
                try {
                    while (!closed && !ended && (mode == Mode.HANG || throttled())) {
                        long left = mode == Mode.HANG ? 0 : Math.max(1, (nextFree - System.nanoTime()) / 1_000_000);
                        FaultyProxy.this.wait(left);
                    }
                    return !closed && !ended && mode != Mode.REFUSE;
                } catch (InterruptedException e) {
                    return false;
                }
            }
        }

        void close(Cut how) {
            if (end()) {
                shut(how);
            }
        }

        /** True for the first who calls it. */
        private boolean end() {
            synchronized (FaultyProxy.this) {
                boolean first = !ended;
                ended = true;
                FaultyProxy.this.notifyAll();
                return first;
            }
        }

        private void shut(Cut how) {
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.setSoLinger(how == Cut.RST, 0);
                } catch (IOException e) {
                    // Closed already.
                }
                FaultyProxy.shut(socket);
            }
            connections.remove(this);
        }
    }

    private boolean throttled() {
        return mode == Mode.THROTTLE && nextFree - System.nanoTime() > 0;
    }

    /** A tenth of a second's bytes at most, so that a slow connection is a slow one and not a jerky one. */
    private int reserve(int wanted) {
        int granted = (int) Math.min(wanted, Math.max(1, bytesPerSecond / 10));
        nextFree = Math.max(nextFree, System.nanoTime()) + granted * 1_000_000_000L / bytesPerSecond;
        return granted;
    }
}
