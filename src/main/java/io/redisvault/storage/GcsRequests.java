package io.redisvault.storage;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.net.ssl.HttpsURLConnection;

/**
 * The requests of one upload, so that they can be ended while Google's client waits for them: it offers no way to, but
 * lets us open its connections.
 */
final class GcsRequests {

    private static final Duration CUT_INTERVAL = Duration.ofMillis(100);

    private static final ThreadLocal<GcsRequests> CURRENT = new ThreadLocal<>();

    private final Executor executor;
    private final GcsSockets sockets = new GcsSockets();

    private Thread worker;
    private HttpURLConnection connection;
    private String session;
    private boolean stopped;

    GcsRequests(Executor executor) {
        this.executor = executor;
    }

    /** Opens every connection of the client; those of an upload's calls are remembered with it. */
    static HttpURLConnection connect(URL url) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        GcsRequests requests = CURRENT.get();
        if (requests != null) {
            requests.began(connection);
        }
        return connection;
    }

    static void sessionOpened(String url) {
        GcsRequests requests = CURRENT.get();
        if (requests != null) {
            requests.opened(url);
        }
    }

    /** Where the upload's bytes are sent to; null before that is known. */
    synchronized String session() {
        return session;
    }

    <T> T during(Supplier<T> call) {
        begin();
        try {
            return call.get();
        } finally {
            end();
        }
    }

    /** Makes the call that is under way, and any later one, fail. */
    synchronized void stop() {
        stopped = true;
        if (worker != null) {
            // Elsewhere, because it may have to wait; and again, because the JDK may connect anew to read the answer.
            executor.execute(() -> {
                while (cut()) {
                    LockSupport.parkNanos(CUT_INTERVAL.toNanos());
                }
            });
        }
    }

    /** False if no call is under way. */
    private synchronized boolean cut() {
        if (worker == null) {
            return false;
        }
        // While the session is being opened, its answer is worth the wait: nobody else could give the session up.
        if (connection != null && session != null) {
            // Below TLS first: disconnecting would wait for what is being written.
            sockets.close();
            connection.disconnect();
        }
        // Ends the pause before a retry. Last, because an interrupt, too, would wait for what is being written.
        worker.interrupt();
        return true;
    }

    private synchronized void began(HttpURLConnection opened) {
        refuseIfStopped();
        connection = opened;
        if (opened instanceof HttpsURLConnection https) {
            https.setSSLSocketFactory(sockets);
        }
    }

    private synchronized void opened(String url) {
        session = url;
    }

    private synchronized void begin() {
        refuseIfStopped();
        worker = Thread.currentThread();
        CURRENT.set(this);
    }

    private synchronized void end() {
        CURRENT.remove();
        worker = null;
        connection = null;
        if (stopped) {
            // The thread goes back to its pool.
            Thread.interrupted();
        }
    }

    private void refuseIfStopped() {
        if (stopped) {
            // Nothing that the client would try again.
            throw new CancellationException("The upload was cancelled");
        }
    }
}
