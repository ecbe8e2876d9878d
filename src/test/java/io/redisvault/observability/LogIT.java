package io.redisvault.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess.Exit;
import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Test;

class LogIT {

    @Test
    void aCycleIsOneLineWithItsFacts() {
        try (Surroundings surroundings = Surroundings.start()) {
            surroundings.redis().save();

            Exit text = surroundings.vault().and("REDIS_NODE_NAME", "text").run("--once");
            assertThat(text.err().lines())
                    .singleElement()
                    .asString()
                    .contains("INFO", "backup stored: s3://redis-vault/redis-vault/text_")
                    .contains("role=master", "bytes=", "duration_ms=", "bytes_per_second=", "deleted=0");

            Exit json = surroundings
                    .vault()
                    .and("REDIS_NODE_NAME", "json")
                    .and("LOG_FORMAT", "json")
                    .run("--once");
            assertThat(json.err().lines()).hasSize(1);
            JsonPath line = JsonPath.from(json.err());
            assertThat(line.getString("level")).isEqualTo("INFO");
            assertThat(line.getString("mdc.outcome")).isEqualTo("stored");
            assertThat(line.getString("mdc.key")).startsWith("redis-vault/json_");
            assertThat(line.getString("mdc.role")).isEqualTo("master");
            assertThat(line.getLong("mdc.bytes"))
                    .isEqualTo(surroundings.redis().dumpFile().toFile().length());
            assertThat(line.getString("mdc.deleted")).isEqualTo("0");

            Exit quiet = surroundings.vault().and("LOG_LEVEL", "error").run("--once");
            assertThat(quiet.code()).isZero();
            assertThat(quiet.err()).isEmpty();
        }
    }
}
