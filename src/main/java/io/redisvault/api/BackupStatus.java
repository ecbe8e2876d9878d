package io.redisvault.api;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.CompletedRun;
import io.redisvault.backup.RunningBackup;
import java.time.Instant;
import java.util.Locale;

/**
 * What is happening, and what happened last.
 *
 * @param state {@code idle} or {@code running}
 * @param role of the node in the running or the last run; null before Redis has told it
 * @param nextRun when the next scheduled run begins
 * @param lastFailure the run that failed last since the start; null if none did
 */
@RegisterForReflection
public record BackupStatus(
        String state, String node, String role, Instant nextRun, Running running, Last last, Last lastFailure) {

    /**
     * The run under way.
     *
     * @param bytesDone bytes of the dump handed to the storage
     * @param percent of the dump, rounded down
     * @param bytesPerSecond mean since the upload began
     */
    @RegisterForReflection
    public record Running(
            String trigger,
            Instant startedAt,
            String phase,
            long bytesDone,
            long bytesTotal,
            int percent,
            long bytesPerSecond) {

        static Running of(RunningBackup run) {
            long total = run.bytesTotal();
            return new Running(
                    word(run.trigger()),
                    run.startedAt(),
                    word(run.phase()),
                    run.bytesDone(),
                    total,
                    total == 0 ? 0 : (int) (run.bytesDone() * 100 / total),
                    run.bytesPerSecond());
        }
    }

    /** The run that ended last. */
    @RegisterForReflection
    public record Last(String trigger, Instant startedAt, Instant endedAt, long durationMs, BackupOutcome result) {

        static Last of(CompletedRun run) {
            return new Last(
                    word(run.trigger()),
                    run.startedAt(),
                    run.endedAt(),
                    run.duration().toMillis(),
                    run.outcome());
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
