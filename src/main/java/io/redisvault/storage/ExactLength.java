package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** A stream from the storage that fails unless it carries as many bytes as were asked for. */
final class ExactLength {

    private ExactLength() {}

    static Multi<ByteBuffer> of(Multi<ByteBuffer> bytes, long length, String key) {
        return Multi.createFrom().deferred(() -> {
            AtomicLong seen = new AtomicLong();
            Multi<ByteBuffer> end = Multi.createFrom()
                    .deferred(() -> seen.get() == length
                            ? Multi.createFrom().empty()
                            : Multi.createFrom()
                                    .failure(new StorageException.Corrupt(
                                            key + " ended after " + seen + " of " + length + " bytes", null)));
            return Multi.createBy()
                    .concatenating()
                    .streams(bytes.onItem().invoke(chunk -> seen.addAndGet(chunk.remaining())), end);
        });
    }
}
