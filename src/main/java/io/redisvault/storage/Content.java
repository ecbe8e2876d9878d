package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;

/**
 * The bytes of an object to be stored.
 *
 * @param bytes in order, to be subscribed to once; a chunk belongs to its receiver. Bytes that must not be stored fail the
 *     stream before the last of them pass
 * @param limit the largest number of bytes that may come
 * @param exact whether no fewer may come
 */
public record Content(Multi<ByteBuffer> bytes, long limit, boolean exact) {

    /** @param length in bytes */
    public Content(Multi<ByteBuffer> bytes, long length) {
        this(bytes, length, true);
    }
}
