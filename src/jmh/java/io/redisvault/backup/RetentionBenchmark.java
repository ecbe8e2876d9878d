package io.redisvault.backup;

import io.redisvault.backup.BackupNaming.BackupName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a name in the bucket costs: to be read, and to be decided on among a hundred thousand. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RetentionBenchmark {

    private static final int BACKUPS = 100_000;
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private final BackupNaming naming = new BackupNaming("redis-vault", "redis-node");
    private final RetentionPolicy policy = new RetentionPolicy(7, Optional.of(Duration.ofDays(30)));
    private List<BackupName> names;

    @Setup
    public void list() {
        names = IntStream.range(0, BACKUPS)
                .mapToObj(hour -> naming.candidates(NOW.minus(Duration.ofHours(BACKUPS - hour)))
                        .get(0))
                .toList();
    }

    @Benchmark
    public Optional<BackupName> name() {
        return naming.parse("redis-vault/redis-node_2026-11-24T12:00:00Z.rdb");
    }

    /** Nanoseconds per name. */
    @Benchmark
    @OperationsPerInvocation(BACKUPS)
    public long retention() {
        Function<BackupName, Optional<BackupName>> expiry = policy.expiry(BackupName::timestamp, NOW);
        return names.stream().map(expiry).flatMap(Optional::stream).count();
    }
}
