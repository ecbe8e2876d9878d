package io.redisvault.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeStateTest {

    @ParameterizedTest
    @CsvSource({"master, MASTER", "slave, REPLICA", "replica, REPLICA", "sentinel, UNKNOWN"})
    void readsTheRole(String word, Role role) {
        assertThat(NodeState.of(ServerInfo.parse("# Replication\r\nrole:" + word + "\r\nconnected_slaves:0\r\n")))
                .isEqualTo(new NodeState(role, false, false, false));
    }

    @Test
    void readsThatTheNodeIsLoading() {
        assertThat(NodeState.of(ServerInfo.parse("# Persistence\r\nloading:1\r\nrole:master\r\n")))
                .isEqualTo(new NodeState(Role.MASTER, true, false, true));
    }

    @Test
    void knowsNothingFromNothing() {
        assertThat(NodeState.of(ServerInfo.parse(""))).isEqualTo(NodeState.UNKNOWN);
        assertThat(NodeState.of(ServerInfo.parse(":\r\nrole\r\n\r\nx:y:z"))).isEqualTo(NodeState.UNKNOWN);
    }

    @Test
    void readsThatTheLastSaveFailed() {
        assertThat(NodeState.of(ServerInfo.parse("rdb_last_bgsave_status:err\r\nrole:master\r\n")))
                .isEqualTo(new NodeState(Role.MASTER, false, true, true));
    }
}
