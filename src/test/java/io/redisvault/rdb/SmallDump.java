package io.redisvault.rdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Dumps written by hand: Latin-1 text, a char for a byte. */
final class SmallDump {

    private SmallDump() {}

    static ByteBuffer of(String magic, String content) {
        return ISO_8859_1.encode(magic + content);
    }

    /** A dump with that magic and content, an EOF opcode and no checksum. */
    static Path write(Path file, String magic, String content) throws IOException {
        return Files.writeString(file, magic + content + "\u00ff" + "\0".repeat(8), ISO_8859_1);
    }

    /** A string with its length. */
    static String string(String text) {
        if (text.length() >= 0x40) {
            throw new IllegalArgumentException("too long for a length of six bits: " + text);
        }
        return (char) text.length() + text;
    }

    /** Eight bytes, the lowest first. */
    static String little(long number) {
        return new String(
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(number)
                        .array(),
                ISO_8859_1);
    }
}
