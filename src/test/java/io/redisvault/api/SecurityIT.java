package io.redisvault.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile requests, byte by byte: each is refused as it should be, and none makes a backup. */
class SecurityIT {

    private static final int SLOW_CLIENTS = 200;

    private static Surroundings surroundings;
    private static VaultProcess guarded;
    private static VaultProcess local;

    @BeforeAll
    static void start() {
        surroundings = Surroundings.start();
        surroundings.redis().save();
        guarded = surroundings.vault().and("API_TOKEN", HostileRequests.TOKEN).serve();
        local = surroundings.vault().serve();
    }

    @AfterAll
    static void stop() {
        local.close();
        guarded.close();
        surroundings.close();
    }

    @AfterEach
    void nothingWasObeyed() {
        for (VaultProcess vault : List.of(guarded, local)) {
            assertThat(vault.get("/backup", "Authorization", "Bearer " + HostileRequests.TOKEN)
                            .body())
                    .contains("\"state\":\"idle\"")
                    .doesNotContain("\"last\"");
        }
    }

    @ParameterizedTest
    @MethodSource({
        "io.redisvault.api.HostileRequests#withoutTheToken",
        "io.redisvault.api.HostileRequests#pathsThatLookOpen"
    })
    void refusedWhereThereIsAToken(HostileRequest request) {
        refused(request, guarded);
    }

    @ParameterizedTest
    @MethodSource({
        "io.redisvault.api.HostileRequests#fromElsewhere",
        "io.redisvault.api.HostileRequests#names",
        "io.redisvault.api.HostileRequests#methods",
        "io.redisvault.api.HostileRequests#sizes"
    })
    void refusedWhereThereIsNone(HostileRequest request) {
        refused(request, local);
    }

    private static void refused(HostileRequest request, VaultProcess vault) {
        String answers = request.sendTo(vault.url().getPort());
        assertThat(HostileRequest.statuses(answers)).as(answers).isEqualTo(request.answers());
        // Netty answers without a body what it cannot read at all.
        if (List.of(401, 403, 404, 405, 413).containsAll(request.answers())) {
            assertThat(answers).contains("Content-Type: application/problem+json");
        }
        assertThat(answers)
                .doesNotContain("<html", "\tat ", "Exception", "root:", "X-Injected: yes\r\n", HostileRequests.TOKEN);
    }

    /** Each holds a connection with a request that it does not end. */
    @Test
    void slowClientsAreInNobodysWay() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < SLOW_CLIENTS; i++) {
                slow.add(new Socket(
                        InetAddress.getLoopbackAddress(), guarded.url().getPort()));
                drip(slow.get(i), "POST /backup HTTP/1.1\r\nHost: localhost\r\nX: ");
            }
            for (String path : List.of("/q/health/live", "/q/health/ready", "/q/metrics")) {
                assertThat(guarded.get(path).statusCode()).isEqualTo(200);
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static void drip(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
