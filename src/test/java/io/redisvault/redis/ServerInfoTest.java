package io.redisvault.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
