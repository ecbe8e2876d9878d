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
                    .contains("role=master", "bytes=", "duration_ms=", "bytes_per_second=", "deleted=0")
                    .doesNotContain("key=", "deleted_names");

            Exit json = surroundings
                    .vault()
                    .and("REDIS_NODE_NAME", "json")
                    .and("LOG_FORMAT", "json")
                    .run("--once");
            assertThat(json.err().lines()).hasSize(1);
            JsonPath line = JsonPath.from(json.err());
            assertThat(line.getString("level")).isEqualTo("INFO");
            assertThat(line.getString("message")).isEqualTo("backup stored");
            assertThat(line.getString("outcome")).isEqualTo("stored");
            assertThat(line.getString("url")).startsWith("s3://redis-vault/redis-vault/json_");
            assertThat(line.getString("role")).isEqualTo("master");
            assertThat(json.err()).doesNotContain("mdc");
            assertThat(line.getMap("").get("bytes"))
                    .isEqualTo((int) surroundings.redis().dumpFile().toFile().length());
            assertThat(line.getMap("").get("deleted")).isEqualTo(0);

            Exit failed = surroundings
                    .vault()
                    .and("REDIS_DATA_PATH", "/no/such/directory")
                    .and("LOG_FORMAT", "json")
                    .run("--once");
            assertThat(JsonPath.from(failed.err()).getString("reason")).isEqualTo("dump_unreadable");

            Exit quiet = surroundings.vault().and("LOG_LEVEL", "error").run("--once");
            assertThat(quiet.code()).isZero();
            assertThat(quiet.err()).isEmpty();
        }
    }
}
