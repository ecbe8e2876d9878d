package io.redisvault.restore;

import io.redisvault.codec.Codec;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.storage.StoredChecksum;
import java.nio.ByteBuffer;
import java.util.List;

/** Passes bytes on and compares them with the storage's checksum. */
record ChecksumCheck(StoredChecksum checksum) implements Codec {

    @Override
    public Iterable<ByteBuffer> next(ByteBuffer chunk) {
        checksum.update(chunk);
        return List.of(chunk);
    }

    @Override
    public Iterable<ByteBuffer> end() {
        checksum.difference().ifPresent(difference -> {
            throw new InvalidDumpException("these are not the bytes that were stored: " + difference);
        });
        return List.of();
    }
}
