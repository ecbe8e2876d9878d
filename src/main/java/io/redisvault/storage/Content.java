package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;

/**
 * The bytes of an object to store.
 *
 * @param bytes in order, for one subscription; each chunk belongs to its receiver. If the bytes must not be stored, the
 *     stream fails before the last of them
 * @param limit maximum length in bytes
 * @param exact whether the length must be exactly {@code limit}
 */
public record Content(Multi<ByteBuffer> bytes, long limit, boolean exact) {

    /** @param length exact length in bytes */
    public Content(Multi<ByteBuffer> bytes, long length) {
        this(bytes, length, true);
    }
}
