package io.redisvault.rdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a byte of a dump costs, and its header. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RdbBenchmark {

    private static final int CHUNK = DumpPart.CHUNK;

    @Param({"heap", "direct"})
    private String buffer;

    private final Crc64 sum = new Crc64();
    private ByteBuffer chunk;
    private ByteBuffer header;

    @Setup
    public void fill() {
        byte[] bytes = new byte[CHUNK];
        new Random(1).nextBytes(bytes);
        chunk = "heap".equals(buffer)
                ? ByteBuffer.wrap(bytes)
                : ByteBuffer.allocateDirect(CHUNK).put(bytes).flip();
        header = dump();
    }

    private static ByteBuffer dump() {
        try {
            Path file = Files.createTempFile("dump", ".rdb");
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(SyntheticDump.write(file, 1 << 16, 1)));
            Files.delete(file);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nanoseconds per byte. */
    @Benchmark
    @OperationsPerInvocation(CHUNK)
    public long crc64OfOneByte() {
        return sum.update(1, chunk);
    }

    @Benchmark
    public RdbHeader header() {
        return RdbHeader.parse(header, 1 << 16);
    }
}
