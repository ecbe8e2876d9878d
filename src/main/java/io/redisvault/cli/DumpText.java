package io.redisvault.cli;

import io.redisvault.backup.Backup;

/** What was found in a backup, in a few words. */
final class DumpText {

    private DumpText() {}

    /** Such as {@code 1.2 GiB, redis 7.4.1, RDB version 12, CRC-64 e9c6d914c4b8d9ca verified}. */
    static String of(Backup backup) {
        Backup.Rdb rdb = backup.rdb();
        return "%s, %s, RDB version %d, %s"
                .formatted(
                        Amount.bytes(backup.bytes()),
                        rdb.producer(),
                        rdb.version(),
                        rdb.verified() ? "CRC-64 " + rdb.checksum() + " verified" : "no checksum, so unverified");
    }
}
