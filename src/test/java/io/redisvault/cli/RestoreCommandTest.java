package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.backup.Backup;
import io.redisvault.restore.RestoreResult;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The output of a restore. */
class RestoreCommandTest {

    @Test
    void theSlotsOfAShardAreSaid() {
        assertThat(RestoreCommand.text(restored("0-5460,9000", "/data/dump.rdb.before-now", null)))
                .isEqualTo("restored a.rdb to /data/dump.rdb: 1.2 KiB (stored as 600 B), redis 7.4.1, RDB version 12,"
                        + " CRC-64 0123456789abcdef verified, slots 0-5460,9000 of a cluster" + System.lineSeparator()
                        + "the one before it is kept as /data/dump.rdb.before-now");
    }

    @Test
    void outsideOfAClusterThereAreNone() {
        assertThat(RestoreCommand.text(restored(null, null, "redis 7.4.2")))
                .endsWith(" verified" + System.lineSeparator() + "loaded by redis 7.4.2: 1 key");
    }

    private static RestoreResult restored(String slots, String keptAs, String server) {
        Backup backup = new Backup(
                "a.rdb",
                "a.rdb",
                "file:///a.rdb",
                "a",
                Instant.EPOCH,
                600,
                1234L,
                new Backup.Rdb(12, "redis 7.4.1", null, "0123456789abcdef", true),
                new Backup.Origin(null, null, null, slots),
                null);
        return new RestoreResult("restored", backup, "/data/dump.rdb", keptAs, server, 1L, List.of());
    }
}
