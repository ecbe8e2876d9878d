package io.redisvault.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeStateTest {

    @ParameterizedTest
    @CsvSource({"master, MASTER", "slave, REPLICA", "replica, REPLICA", "sentinel, UNKNOWN"})
    void readsTheRole(String word, Role role) {
        assertThat(NodeState.of(ServerInfo.parse("# Replication\r\nrole:" + word + "\r\nconnected_slaves:0\r\n")))
                .extracting(NodeState::role, NodeState::replicated)
                .containsExactly(role, false);
    }

    @Test
    void readsThatTheNodeIsLoading() {
        ServerInfo info = ServerInfo.parse("# Persistence\r\nloading:1\r\nrole:master\r\n");
        assertThat(NodeState.of(info)).isEqualTo(new NodeState(Role.MASTER, true, false, true, info));
    }

    @Test
    void knowsNothingFromNothing() {
        assertThat(NodeState.of(ServerInfo.parse(""))).isEqualTo(NodeState.UNKNOWN);
        assertThat(NodeState.of(ServerInfo.parse(":\r\nrole\r\n\r\n"))).isEqualTo(NodeState.UNKNOWN);
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
        assertThat(NodeState.of(info)).isEqualTo(new NodeState(Role.MASTER, false, true, true, info));
    }
}
