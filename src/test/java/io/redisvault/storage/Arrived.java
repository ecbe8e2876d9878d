package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Bytes of a stream that have arrived, also where it fails then. */
public final class Arrived {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Arrived() {}

    /** All bytes; throws what the stream fails with. */
    public static byte[] bytes(Multi<ByteBuffer> chunks) {
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        bytes(chunks, arrived);
        return arrived.toByteArray();
    }

    /** Adds the bytes as they arrive; throws what the stream fails with. */
    public static void bytes(Multi<ByteBuffer> chunks, ByteArrayOutputStream arrived) {
        chunks.onItem()
                .invoke(chunk -> {
                    byte[] bytes = new byte[chunk.remaining()];
                    chunk.get(bytes);
                    arrived.writeBytes(bytes);
                })
                .onItem()
                .ignoreAsUni()
                .await()
                .atMost(PATIENCE);
    }
}
