package io.redisvault.rdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/** Writes dumps of any size that a real Redis (6.2 or newer) loads: string keys with incompressible values. */
public final class SyntheticDump {

    public static final String REDIS_VERSION = "6.2.7";
    public static final long CTIME = 1_700_000_000;

    private static final int LARGEST_VALUE = 1024 * 1024;
    private static final int SMALLEST_VALUE = 16;

    /** Type, key with its length, length of the value. */
    private static final int KEY_BYTES = 1 + 1 + "key:00000000".length() + 5;

    private SyntheticDump() {}

    /** Writes a dump of about that many bytes, the same one for the same seed; needs little more than 1 MiB of memory. */
    public static Path write(Path file, long approximateBytes, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] value = new byte[valueBytes(approximateBytes)];
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            long crc = write(channel, 0, head());
            for (int key = 0; key < keys(approximateBytes); key++) {
                random.nextBytes(value);
                crc = write(channel, crc, key(key, value.length));
                crc = write(channel, crc, ByteBuffer.wrap(value));
            }
            crc = write(channel, crc, ByteBuffer.wrap(new byte[] {(byte) 0xff}));
            write(
                    channel,
                    crc,
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, crc));
        }
        return file;
    }

    /** How many keys a dump of that size has: {@code key:00000000} and so on. */
    public static int keys(long approximateBytes) {
        return (int) Math.max(1, approximateBytes / (KEY_BYTES + valueBytes(approximateBytes)));
    }

    private static int valueBytes(long approximateBytes) {
        return (int) Math.min(LARGEST_VALUE, Math.max(SMALLEST_VALUE, approximateBytes / 16));
    }

    private static ByteBuffer head() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeBytes("REDIS0009");
        aux(out, "redis-ver", REDIS_VERSION);
        aux(out, "redis-bits", "64");
        aux(out, "ctime", Long.toString(CTIME));
        aux(out, "used-mem", "1000000");
        out.writeByte(0xfe); // SELECTDB
        out.writeByte(0);
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private static void aux(DataOutputStream out, String key, String value) throws IOException {
        out.writeByte(0xfa);
        for (String string : new String[] {key, value}) {
            out.writeByte(string.length());
            out.writeBytes(string);
        }
    }

    private static ByteBuffer key(int number, int valueBytes) {
        byte[] name = "key:%08d".formatted(number).getBytes(US_ASCII);
        return ByteBuffer.allocate(KEY_BYTES)
                .put((byte) 0) // a string
                .put((byte) name.length)
                .put(name)
                .put((byte) 0x80) // a length of 32 bits
                .putInt(valueBytes)
                .flip();
    }

    private static long write(FileChannel channel, long crc, ByteBuffer bytes) throws IOException {
        long sum = new Crc64().update(crc, bytes);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        return sum;
    }
}
