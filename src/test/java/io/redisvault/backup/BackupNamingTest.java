package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.backup.BackupNaming.BackupName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupNamingTest {

    private final BackupNaming naming = new BackupNaming("redis-vault", "redis-1");

    @Test
    void writesTheNamesOfTheOriginal() {
        assertThat(new BackupNaming("redis-vault", "redis-master-01")
                        .candidates(Instant.parse("2024-12-01T14:30:22.5Z"), StoredForm.PLAIN)
                        .get(0)
                        .key())
                .isEqualTo("redis-vault/redis-master-01_2024-12-01T14:30:22Z.rdb");
    }

    @Test
    void hasASecondNameForAnotherDumpOfTheSameSecond() {
        List<BackupName> names = naming.candidates(Instant.parse("2024-12-01T14:30:22.5Z"), StoredForm.PLAIN);
        assertThat(names.get(1).name()).isEqualTo("redis-1_2024-12-01T14:30:22.500000000Z.rdb");
        assertThat(names.get(1).timestamp()).isAfter(names.get(0).timestamp());
    }

    @Test
    void hasASecondNameWhereTheFileSystemKnowsNoFractions() {
        assertThat(naming.candidates(Instant.parse("2024-12-01T14:30:22Z"), StoredForm.PLAIN))
                .extracting(BackupName::name)
                .containsExactly("redis-1_2024-12-01T14:30:22Z.rdb", "redis-1_2024-12-01T14:30:22.000000001Z.rdb");
    }

    @Test
    void needsNoPrefix() {
        BackupNaming bare = new BackupNaming("", "redis-1");
        BackupName name = bare.candidates(Instant.EPOCH, StoredForm.PLAIN).get(0);
        assertThat(name.key()).isEqualTo("redis-1_1970-01-01T00:00:00Z.rdb");
        assertThat(bare.parse(name.key())).contains(name);
    }

    @Test
    void readsWhatItWrites() {
        for (BackupName name : naming.candidates(Instant.parse("2024-12-01T14:30:22.123456789Z"), StoredForm.PLAIN)) {
            assertThat(naming.parse(name.key())).contains(name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis-vault/redis-10_2024-12-01T14:30:22Z.rdb",
                "redis-vault/redis-1_b_2024-12-01T14:30:22Z.rdb",
                "redis-vault/redis-1_2024-12-01T14:30:22Z_2024-12-01T14:30:22Z.rdb",
                "redis-vault/redis-1_2024-12-01T14:30:22Z.rdb.part",
                "redis-vault/redis-1_2024-12-01T14:30:22Z",
                "redis-vault/redis-1_2024-12-01T14:30:22.rdb",
                "redis-vault/redis-1_2024-12-01T14:30:22+00:00.rdb",
                "redis-vault/redis-1_2024-12-01T14:30:22z.rdb",
                "redis-vault/redis-1_2024-12-01T14:30Z.rdb",
                "redis-vault/redis-1_2024-12-01T14:30:22.5Z.rdb",
                "redis-vault/redis-1_2024-12-01T14:30:22.000000000Z.rdb",
                "redis-vault/redis-1_2024-12-01T24:00:00Z.rdb",
                "redis-vault/redis-1_2024-12-01T23:59:60Z.rdb",
                "redis-vault/redis-1_2024-13-01T14:30:22Z.rdb",
                "redis-vault/redis-1_2024-02-30T14:30:22Z.rdb",
                "redis-vault/redis-1_.rdb",
                "redis-vault/redis-1_rdb",
                "redis-vault/redis-1_latest.rdb",
                "redis-vault/deeper/redis-1_2024-12-01T14:30:22Z.rdb",
                "redis-vault/redis-1_2024-12-01T14:30:22Z.rdb/x.rdb",
                "redis-vault-2/redis-1_2024-12-01T14:30:22Z.rdb",
                "redis-1_2024-12-01T14:30:22Z.rdb",
                "/redis-vault/redis-1_2024-12-01T14:30:22Z.rdb",
                "redis-vault//redis-1_2024-12-01T14:30:22Z.rdb",
                ""
            })
    void leavesAlone(String key) {
        assertThat(naming.parse(key)).isEmpty();
    }

    /** Others may write into the bucket, and a terminal obeys control characters. */
    @Test
    void aNodeThatCannotExistHasNoBackups() {
        String time = "_2024-12-01T14:30:22Z.rdb";
        assertThat(naming.parseOfAny("redis-vault/redis-2" + time)).isPresent();
        for (String node : List.of("\u001b[2J", "a\nb", " a", ".", "a/b", "n".repeat(201))) {
            assertThat(naming.parseOfAny("redis-vault/" + node + time)).as(node).isEmpty();
        }
        assertThat(BackupMetadata.origin(Map.of("cluster-slots", "0-5\u001b[2J"))
                        .slots())
                .isEqualTo("0-5?[2J");
    }
}
