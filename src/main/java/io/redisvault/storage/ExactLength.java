package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** A stream from the storage that fails unless it carries as many bytes as were asked for. */
public final class ExactLength {

    private ExactLength() {}

    public static Multi<ByteBuffer> of(Multi<ByteBuffer> bytes, long length, String key) {
        return Multi.createFrom().deferred(() -> {
            AtomicLong seen = new AtomicLong();
            Multi<ByteBuffer> end = Multi.createFrom().deferred(() -> {
                check(seen.get() == length, key, seen, length);
                return Multi.createFrom().empty();
            });
            return Multi.createBy()
                    .concatenating()
                    .streams(
                            bytes.onItem()
                                    .invoke(chunk ->
                                            check(seen.addAndGet(chunk.remaining()) <= length, key, seen, length)),
                            end);
        });
    }

    private static void check(boolean right, String key, AtomicLong seen, long length) {
        if (!right) {
            throw new StorageException.Corrupt(key + " has " + seen + " bytes so far instead of " + length, null);
        }
    }
}
