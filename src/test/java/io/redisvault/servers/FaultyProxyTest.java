package io.redisvault.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.redisvault.servers.FaultyProxy.Count;
import io.redisvault.servers.FaultyProxy.Cut;
import io.redisvault.servers.FaultyProxy.Direction;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultyProxyTest {

    private static final int VALUE = 200_000;
    private static RedisServer redis;
    private FaultyProxy proxy;

    @BeforeAll
    static void startRedis() {
        redis = RedisServer.start();
        redis.set("big", "x".repeat(VALUE));
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @BeforeEach
    void open() {
        proxy = FaultyProxy.to(URI.create(redis.url()));
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void passesEverythingAndCountsIt() throws Exception {
        try (RespClient client = client()) {
            assertThat(client.call("GET", "big")).isEqualTo("x".repeat(VALUE));
        }
        assertThat(proxy.passed(Direction.TO_CLIENT)).isEqualTo("$200000\r\n".length() + VALUE + 2);
        assertThat(proxy.accepted()).isEqualTo(1);
        assertThat(proxy.endpoint()).isEqualTo(URI.create("redis://127.0.0.1:" + proxy.port()));
        await().until(() -> proxy.open() == 0);
    }

    @Test
    void throttles() throws Exception {
        try (RespClient client = client()) {
            proxy.throttle(VALUE);
            long start = System.nanoTime();
            client.call("GET", "big");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(700), Duration.ofSeconds(3));
        }
    }

    @Test
    void cutsEachConnectionAtTheByte() throws Exception {
        proxy.cutAfter(1000, Direction.TO_CLIENT, Count.EACH_CONNECTION, Cut.FIN);
        for (int i = 1; i <= 2; i++) {
            try (RespClient client = client()) {
                assertThatThrownBy(() -> client.call("GET", "big")).isInstanceOf(EOFException.class);
            }
            assertThat(proxy.passed(Direction.TO_CLIENT)).isEqualTo(i * 1000);
        }
        assertThat(proxy.cuts()).isEqualTo(2);
    }

    @Test
    void cutsOnceAndThenPasses() throws Exception {
        proxy.cutAfter(1000, Direction.TO_CLIENT, Count.ONCE, Cut.RST);
        try (RespClient client = client()) {
            assertThatThrownBy(() -> client.call("GET", "big")).isInstanceOf(SocketException.class);
        }
        try (RespClient client = client()) {
            assertThat((String) client.call("GET", "big")).hasSize(VALUE);
        }
    }

    @Test
    void cutsEverythingOnceTheTotalIsSpent() throws Exception {
        proxy.cutAfter(20, Direction.TO_SERVER, Count.IN_TOTAL, Cut.RST);
        try (RespClient client = client()) {
            assertThat(client.call("PING")).isEqualTo("PONG");
            assertThatThrownBy(() -> client.call("PING")).isInstanceOf(IOException.class);
        }
        try (RespClient client = client()) {
            assertThatThrownBy(() -> client.call("PING")).isInstanceOf(IOException.class);
        }
        assertThat(proxy.passed(Direction.TO_SERVER)).isEqualTo(20);
    }

    @Test
    void canLoseAnAnswerWhoseRequestWasServed() throws Exception {
        proxy.cutAfter(0, Direction.TO_CLIENT, Count.ONCE, Cut.RST);
        try (RespClient client = client()) {
            assertThatThrownBy(() -> client.call("SET", "lost", "answer")).isInstanceOf(IOException.class);
        }
        assertThat(redis.command("GET", "lost")).isEqualTo("answer");
    }

    @Test
    void hangsAndGoesOn() throws Exception {
        proxy.hang();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            socket.setSoTimeout(300);
            socket.getOutputStream().write("PING\r\n".getBytes());
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            assertThat(proxy.open()).isEqualTo(1);

            proxy.pass();
            socket.setSoTimeout(5000);
            assertThat(socket.getInputStream().read()).isEqualTo('+');
        }
    }

    @Test
    void refusesAndGoesOn() throws Exception {
        try (RespClient client = client()) {
            client.call("PING");
            proxy.refuse();
            assertThatThrownBy(() -> client.call("PING")).isInstanceOf(IOException.class);
            assertThatThrownBy(this::client).isInstanceOf(ConnectException.class);
        }
        proxy.pass();
        try (RespClient client = client()) {
            assertThat(client.call("PING")).isEqualTo("PONG");
        }
    }

    private RespClient client() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(10_000);
        return new RespClient(socket, socket.getInputStream(), socket.getOutputStream());
    }
}
