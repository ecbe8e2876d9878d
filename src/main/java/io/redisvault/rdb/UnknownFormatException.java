package io.redisvault.rdb;

/**
 * A part of a dump whose end this program cannot find, since it does not know its kind. The dump may be of a newer
 * server, and whole all the same; if its checksum was not compared it may as well be damaged.
 */
public final class UnknownFormatException extends RuntimeException {

    private final long kind;
    private final long offset;

    /**
     * @param what is unknown, such as "type"
     * @param kind the number that stands for it in the dump, unsigned
     * @param offset of that number in bytes
     */
    UnknownFormatException(String what, long kind, long offset) {
        super("the %s %s at offset %d is unknown to this version of Redis Vault"
                .formatted(what, Long.toUnsignedString(kind), offset));
        this.kind = kind;
        this.offset = offset;
    }

    /** The number that the dump has for it, such as the type byte. */
    public long kind() {
        return kind;
    }

    /** Where it is in the dump, in bytes. */
    public long offset() {
        return offset;
    }
}
