package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an image's health check is told; CommandLineIT asks the service itself. */
class HealthCommandTest {

    private HttpServer server;
    private volatile int status = 200;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/q/health/live", call -> {
            call.sendResponseHeaders(status, -1);
            call.close();
        });
        server.start();
        // A property of a variable's name takes its place.
        System.setProperty("HTTP_PORT", String.valueOf(server.getAddress().getPort()));
    }

    @AfterEach
    void stop() {
        server.stop(0);
        System.clearProperty("HTTP_PORT");
    }

    @Test
    void aServiceThatWorksIsHealthy() {
        assertThat(Launcher.launch("health")).isZero();
    }

    @Test
    void anotherAnswerIsAFailure() {
        status = 503;
        assertThat(Launcher.launch("health")).isEqualTo(1);
    }

    @Test
    void noAnswerIsAFailure() {
        server.stop(0);
        assertThat(Launcher.launch("health")).isEqualTo(1);
    }
}
