package io.redisvault.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class AccessIT {

    private static final String TOKEN = "0123456789abcdef-token";

    @Test
    void withATokenEveryoneNeedsIt() {
        try (Surroundings surroundings = Surroundings.start();
                VaultProcess vault =
                        surroundings.vault().and("API_TOKEN", TOKEN).serve()) {
            HttpResponse<String> refused = vault.post("/backup");
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");

            for (String wrong :
                    new String[] {"Bearer ", "Bearer x", "Basic " + TOKEN, TOKEN, "Bearer " + TOKEN + "x"}) {
                assertThat(vault.post("/backup", "Authorization", wrong).statusCode())
                        .isEqualTo(401);
            }
            for (String right : new String[] {"Bearer " + TOKEN, "bearer " + TOKEN}) {
                assertThat(vault.post("/backup", "Authorization", right).statusCode())
                        .isEqualTo(200);
            }
            String name = "/backups/redis-node_2026-01-02T03:04:05Z.rdb";
            assertThat(vault.get(name).statusCode()).isEqualTo(401);
            assertThat(vault.post(name + "/verify").statusCode()).isEqualTo(401);
            assertThat(vault.post(name + "/verify", "Authorization", "Bearer " + TOKEN)
                            .statusCode())
                    .isEqualTo(404);
            for (String open : new String[] {"/q/health/live", "/q/health/group/backup", "/q/metrics"}) {
                assertThat(vault.get(open).statusCode()).isEqualTo(200);
            }
            assertThat(vault.output()).doesNotContain(TOKEN);
        }
    }

    @Test
    void metricsCanBeSwitchedOff() {
        try (Surroundings surroundings = Surroundings.start();
                VaultProcess vault =
                        surroundings.vault().and("METRICS_ENABLED", "false").serve()) {
            assertThat(vault.get("/q/metrics").statusCode()).isEqualTo(404);
            assertThat(vault.get("/metrics").statusCode()).isEqualTo(404);
            assertThat(vault.get("/q/health/live").statusCode()).isEqualTo(200);
        }
    }
}
