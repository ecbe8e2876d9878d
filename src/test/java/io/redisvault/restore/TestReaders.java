package io.redisvault.restore;

import io.redisvault.backup.TestCatalogs;
import io.redisvault.storage.BackupStorage;
import java.time.Clock;
import java.util.List;

/** Readers of the backups of a node without a prefix. */
final class TestReaders {

    private TestReaders() {}

    /** @param identities of age */
    static BackupReader of(BackupStorage storage, String... identities) {
        return new BackupReader(
                storage, TestCatalogs.of(storage, "redis-node"), Clock.systemUTC(), List.of(identities));
    }
}
