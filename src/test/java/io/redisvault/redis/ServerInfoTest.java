package io.redisvault.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.redisvault.redis.ServerInfo.Role;
import io.vertx.mutiny.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerInfoTest {

    @ParameterizedTest
    @CsvSource({"master, MASTER", "slave, REPLICA", "replica, REPLICA", "sentinel, UNKNOWN"})
    void readsTheRole(String word, Role role) {
        assertThat(ServerInfo.parse("# Replication\r\nrole:" + word + "\r\nconnected_slaves:0\r\n"))
                .extracting(ServerInfo::role, ServerInfo::replicated)
                .containsExactly(role, false);
    }

    @Test
    void readsThatTheNodeIsLoading() {
        ServerInfo info = ServerInfo.parse("# Persistence\r\nloading:1\r\nrole:master\r\n");
        assertThat(info)
                .extracting(ServerInfo::role, ServerInfo::loading, ServerInfo::saveFailed, ServerInfo::replicated)
                .containsExactly(Role.MASTER, true, false, true);
    }

    @Test
    void readsNoMoreThanAServerCanHaveToSay() {
        StringBuilder endless = new StringBuilder("role:slave\nrole:master\n");
        for (int i = 0; i < 100_000; i++) {
            endless.append("field").append(i).append(":x\n");
        }
        ServerInfo info = ServerInfo.parse(endless.toString());
        assertThat(info.role()).isEqualTo(Role.REPLICA);
        assertThat(info.fields()).hasSizeBetween(16_384, 20_000);
    }

    @Test
    void anActiveReplicaOfKeyDbIsAReplica() {
        assertThat(ServerInfo.parse("role:active-replica").role()).isEqualTo(Role.REPLICA);
    }

    @Test
    void knowsNothingFromNothing() {
        for (String nothing : List.of("", ":\r\nrole\r\n\r\n")) {
            assertThat(ServerInfo.parse(nothing))
                    .extracting(ServerInfo::role, ServerInfo::loading, ServerInfo::saveFailed, ServerInfo::replicated)
                    .containsExactly(Role.UNKNOWN, false, false, true);
        }
    }

    @Test
    void readsWhenItSavedAndWhetherItAppends() {
        ServerInfo info = ServerInfo.parse("rdb_last_save_time:1767323045\r\naof_enabled:1\r\n");
        assertThat(info.lastSave()).contains(Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(info.appendOnly()).isTrue();
        assertThat(ServerInfo.parse("rdb_last_save_time:x\r\naof_enabled:0").lastSave())
                .isEmpty();
        assertThat(ServerInfo.parse("aof_enabled:0").appendOnly()).isFalse();
    }

    @Test
    void readsThatTheLastSaveFailed() {
        ServerInfo info = ServerInfo.parse("rdb_last_bgsave_status:err\r\nrole:master\r\n");
        assertThat(info)
                .extracting(ServerInfo::role, ServerInfo::loading, ServerInfo::saveFailed)
                .containsExactly(Role.MASTER, false, true);
    }

    @ParameterizedTest
    @CsvSource({"5, 5", "0, 0", "-1,", "x,", "?,", "1.5,", "99999999999999999999,", "'',"})
    void readsNumbersAndNothingElse(String text, Long number) {
        assertThat(ServerInfo.parse("used_memory:" + text + "\r\n").number("used_memory"))
                .isEqualTo(Optional.ofNullable(number));
    }

    @Test
    void countsTheKeysOfAllDatabases() {
        ServerInfo info =
                ServerInfo.parse("db0:keys=5,expires=1\r\ndb12:keys=7\r\ndb_size:x\r\ndbase:keys=1\r\nrole:master");
        assertThat(info.keys()).containsExactly(Map.entry(0, 5L), Map.entry(12, 7L));
        assertThat(info.totalKeys()).isEqualTo(12);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"keys=abc,expires=0", "keys=", "expires=0", "", "keys=99999999999999999999,expires=0", "keys=-1"
            })
    void aDatabaseWithUnreadableKeysIsNotTakenForEmpty(String value) {
        ServerInfo info = ServerInfo.parse("role:master\r\ndb0:" + value + "\r\n");
        assertThat(info.role()).isEqualTo(Role.MASTER);
        assertThatExceptionOfType(RedisUnavailableException.class)
                .isThrownBy(info::totalKeys)
                .withMessageStartingWith("INFO does not tell the number of keys in db0: ");
    }

    /** As some proxies send it: the answers of all servers behind them. */
    @Test
    void onlyOneTextIsTheAnswerOfOneServer() {
        assertThat(ServerInfo.of(answer(ResponseType.BULK)).role()).isEqualTo(Role.REPLICA);
        assertThat(ServerInfo.of(answer(ResponseType.SIMPLE)).role()).isEqualTo(Role.REPLICA);
        assertThat(ServerInfo.of(answer(ResponseType.MULTI)).fields()).isEmpty();
        assertThat(ServerInfo.of(null).fields()).isEmpty();
    }

    private static Response answer(ResponseType type) {
        return new Response(new io.vertx.redis.client.Response() {
            @Override
            public ResponseType type() {
                return type;
            }

            @Override
            public String toString() {
                return "role:slave\r\n";
            }
        });
    }
}
