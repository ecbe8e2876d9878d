package io.redisvault.backup;

import java.util.Arrays;

/** Form of a stored dump: plain, compressed, encrypted or both. The suffix of the backup's name shows it. */
public enum StoredForm {
    PLAIN(".rdb"),
    COMPRESSED(".rdb.zst"),
    ENCRYPTED(".rdb.age"),
    COMPRESSED_AND_ENCRYPTED(".rdb.zst.age");

    private final String suffix;

    StoredForm(String suffix) {
        this.suffix = suffix;
    }

    static StoredForm of(boolean compressed, boolean encrypted) {
        return values()[(compressed ? 1 : 0) + (encrypted ? 2 : 0)];
    }

    /** The form of a backup, from the suffix of its name or key; {@link #PLAIN} for unknown suffixes. */
    public static StoredForm of(String name) {
        return Arrays.stream(values())
                .filter(form -> name.endsWith(form.suffix))
                .findFirst()
                .orElse(PLAIN);
    }

    String suffix() {
        return suffix;
    }

    /** Maximum stored size, in bytes, of a dump of this size: the case in which zstd cannot compress anything. */
    public long limit(long dump) {
        // zstd adds less than 1/256; age adds 1/4096 and a header.
        return this == PLAIN ? dump : dump + dump / 128 + (1 << 20);
    }

    public boolean isCompressed() {
        return suffix.contains(".zst");
    }

    public boolean isEncrypted() {
        return suffix.endsWith(".age");
    }
}
