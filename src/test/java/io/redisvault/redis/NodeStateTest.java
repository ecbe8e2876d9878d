package io.redisvault.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeStateTest {

    @ParameterizedTest
    @CsvSource({"master, MASTER", "slave, REPLICA", "replica, REPLICA", "sentinel, UNKNOWN"})
    void readsTheRole(String word, Role role) {
        assertThat(NodeState.parse("# Replication\r\nrole:" + word + "\r\nconnected_slaves:0\r\n"))
                .isEqualTo(new NodeState(role, false));
    }

    @Test
    void readsThatTheNodeIsLoading() {
        assertThat(NodeState.parse("# Persistence\r\nloading:1\r\nrole:master\r\n"))
                .isEqualTo(new NodeState(Role.MASTER, true));
    }

    @Test
    void knowsNothingFromNothing() {
        assertThat(NodeState.parse("")).isEqualTo(new NodeState(Role.UNKNOWN, false));
        assertThat(NodeState.parse(":\r\nrole\r\n\r\nx:y:z")).isEqualTo(new NodeState(Role.UNKNOWN, false));
    }
}
