package io.redisvault.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.redisvault.LoggedLines;
import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.RetentionResult;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.config.Reading;
import io.redisvault.redis.ServerInfo.Role;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

    private static final String SECRET = "/ping/5ecret?status=up";

    private final Vertx vertx = Vertx.vertx();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final LoggedLines log = new LoggedLines(Heartbeat.class.getName());
    private final List<String> said = log.texts();
    private HttpServer watcher;
    private volatile int refusals;
    private Heartbeat heartbeat;

    @BeforeEach
    void start() throws IOException {
        watcher = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        watcher.createContext("/", call -> {
            calls.add(call.getRequestMethod() + " " + call.getRequestURI());
            call.sendResponseHeaders(refusals-- > 0 ? 503 : 200, -1);
            call.close();
        });
        watcher.start();
        heartbeat = heartbeat("http://localhost:" + watcher.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        log.close();
        watcher.stop(0);
        vertx.closeAndAwait();
    }

    @Test
    void eachGoodRunIsACall() {
        end(new Stored(null, RetentionResult.NONE));
        end(skipped(Reason.UNCHANGED));
        assertThat(calls).containsExactly("GET " + SECRET, "GET " + SECRET);

        end(skipped(Reason.ROLE));
        end(new Failed(Reason.STORAGE, "away", null));
        assertThat(calls).hasSize(2);
        assertThat(said).isEmpty();
    }

    @Test
    void aCallThatIsRefusedIsMadeAgain() {
        refusals = 2;
        end(new Stored(null, RetentionResult.NONE));
        assertThat(calls).hasSize(3);
        assertThat(said).isEmpty();
    }

    @Test
    void aWatcherThatIsAwayIsSaidWithoutTheSecret() {
        refusals = 3;
        end(new Stored(null, RetentionResult.NONE));
        assertThat(said)
                .singleElement()
                .asString()
                .startsWith("the heartbeat did not reach localhost: it was answered 503; correct HEARTBEAT_URL")
                .doesNotContain("5ecret");
        watcher.stop(0);
        end(new Stored(null, RetentionResult.NONE));
        assertThat(said)
                .hasSize(2)
                .last()
                .asString()
                .contains("Connection refused")
                .doesNotContain("5ecret");
    }

    @Test
    void aWatcherThatCannotBeReachedIsSaidInPlainWords() throws IOException {
        try (ServerSocket plain = new ServerSocket(0)) {
            Thread answers = new Thread(() -> {
                try {
                    while (true) {
                        plain.accept().getOutputStream().write("no TLS at all".getBytes(StandardCharsets.UTF_8));
                    }
                } catch (IOException closed) {
                    // The test is over.
                }
            });
            answers.start();
            heartbeat = heartbeat("https://localhost:" + plain.getLocalPort());
            end(new Stored(null, RetentionResult.NONE));
        }
        assertThat(said)
                .map(line -> line.replaceFirst("; correct.*", ""))
                .containsExactly(
                        "the heartbeat did not reach localhost: its certificate is not trusted, or it does not speak TLS");
        assertThat(Heartbeat.reason(new UnknownHostException("localhost"))).isEqualTo("its name cannot be resolved");
    }

    private Heartbeat heartbeat(String server) {
        return new Heartbeat(Reading.config("HEARTBEAT_URL=" + server + SECRET), vertx);
    }

    private void end(BackupOutcome outcome) {
        heartbeat.beat(new CompletedRun(Trigger.SCHEDULE, Instant.now(), Duration.ZERO, Role.MASTER, outcome));
        heartbeat.stop(null);
    }

    private static Skipped skipped(Reason reason) {
        return new Skipped(reason, "", null, RetentionResult.NONE);
    }
}
