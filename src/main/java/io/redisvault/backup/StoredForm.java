package io.redisvault.backup;

import java.util.Arrays;

/** How a dump is stored; the suffix of a backup's name tells it. */
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

    /** The form that a name or key of a backup tells; plain for any other. */
    public static StoredForm of(String name) {
        return Arrays.stream(values())
                .filter(form -> name.endsWith(form.suffix))
                .findFirst()
                .orElse(PLAIN);
    }

    String suffix() {
        return suffix;
    }

    /** The most bytes that a dump of this size has in this form, where zstd finds nothing to compress. */
    public long limit(long dump) {
        // zstd adds less than a 256th, age a 4096th and a header.
        return this == PLAIN ? dump : dump + dump / 128 + (1 << 20);
    }

    public boolean isCompressed() {
        return suffix.contains(".zst");
    }

    public boolean isEncrypted() {
        return suffix.endsWith(".age");
    }
}
