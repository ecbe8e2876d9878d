package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * The bytes of an object to be stored.
 *
 * @param bytes in order, to be subscribed to once; a chunk belongs to its receiver. Bytes that must not be stored fail the
 *     stream before the last of them pass
 * @param length in bytes, where it is known beforehand
 */
public record Content(Multi<ByteBuffer> bytes, OptionalLong length) {}
