package io.redisvault.drill;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.redisvault.rdb.Crc64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Dumps whose content was changed and whose checksum is right all the same. */
final class RewrittenDump {

    private static final int FOOTER = 8;

    private RewrittenDump() {}

    static void withVersion(Path dump, int version) throws IOException {
        byte[] bytes = Files.readAllBytes(dump);
        System.arraycopy("%04d".formatted(version).getBytes(US_ASCII), 0, bytes, "REDIS".length(), 4);
        write(dump, bytes);
    }

    private static void write(Path dump, byte[] bytes) throws IOException {
        int covered = bytes.length - FOOTER;
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(covered, new Crc64().update(0, ByteBuffer.wrap(bytes, 0, covered)));
        Files.write(dump, bytes);
    }
}
