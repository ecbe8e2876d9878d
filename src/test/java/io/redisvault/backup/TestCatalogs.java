package io.redisvault.backup;

import io.redisvault.storage.BackupStorage;

/** Catalogues for the tests of those who use one. */
public final class TestCatalogs {

    private TestCatalogs() {}

    /** The backups of a node without a prefix. */
    public static BackupCatalog of(BackupStorage storage, String node) {
        return new BackupCatalog(storage, new BackupNaming("", node));
    }
}
