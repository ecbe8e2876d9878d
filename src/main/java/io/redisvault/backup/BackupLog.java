package io.redisvault.backup;

import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.RetentionResult;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.RunningBackup.Phase;
import io.redisvault.backup.Timetable.Tick;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/** Logs one line for each completed run, and the progress of a running upload every 30 seconds. */
@ApplicationScoped
class BackupLog {

    private static final Logger LOG = Logger.getLogger("io.redisvault.backup");
    /** Limits what is named: the first run under a new policy may delete thousands of backups, or fail to. */
    private static final int MOST_NAMED = 10;

    private final BackupRunner runner;
    private int ticks;

    BackupLog(BackupRunner runner) {
        this.runner = runner;
    }

    /** Counts ticks: Quarkus' own schedule of 30 seconds would stop when the clock is set back. */
    void progress(@Observes Tick tick) {
        if (++ticks % 30 != 0) {
            return;
        }
        runner.running().filter(run -> run.phase() == Phase.UPLOAD).ifPresent(run -> new LogLine("uploading")
                .fact("bytes_done", run.bytesDone())
                .fact("bytes_total", run.bytesTotal())
                .fact("bytes_per_second", run.bytesPerSecond())
                .log(LOG, Level.INFO, null));
    }

    void ended(@Observes CompletedRun run) {
        if (run.outcome() instanceof Stored stored) {
            long bytes = stored.backup().bytes();
            LogLine line = line("stored", "url", stored.backup().url(), run)
                    .fact("bytes", bytes)
                    .fact(
                            "bytes_per_second",
                            bytes * 1000 / Math.max(1, run.duration().toMillis()));
            deleted(line, stored.retention()).log(LOG, Level.INFO, null);
        } else if (run.outcome() instanceof Skipped skipped) {
            LogLine line = line("skipped", "detail", skipped.detail(), run).fact("reason", word(skipped.reason()));
            deleted(line, skipped.retention()).log(LOG, Level.INFO, null);
        } else if (run.outcome() instanceof Failed failed) {
            line("failed", "detail", failed.detail(), run)
                    .fact("reason", word(failed.reason()))
                    // Only an internal fault needs a stack trace.
                    .log(LOG, Level.ERROR, failed.reason() == Reason.INTERNAL ? failed.cause() : null);
        }
        List<String> failures = run.outcome().retention().notDeleted();
        failures.stream()
                .limit(MOST_NAMED)
                .forEach(failure -> LOG.warnf("retention: %s; the next run tries again", failure));
        if (failures.size() > MOST_NAMED) {
            LOG.warnf("retention: %d more failures like these", failures.size() - MOST_NAMED);
        }
    }

    private static LogLine line(String outcome, String name, String about, CompletedRun run) {
        return new LogLine("backup " + outcome)
                .about(name, about)
                .fact("trigger", run.trigger().word())
                .fact("role", run.role().word())
                .fact("duration_ms", run.duration().toMillis())
                .fact("outcome", outcome);
    }

    private static LogLine deleted(LogLine line, RetentionResult retention) {
        List<String> names = retention.deleted();
        line.fact("deleted", names.size());
        String some = names.stream()
                .limit(MOST_NAMED)
                .collect(Collectors.joining(",", "", names.size() > MOST_NAMED ? ",..." : ""));
        return names.isEmpty() ? line : line.fact("deleted_names", some);
    }

    private static String word(Reason reason) {
        return reason.word().replace('-', '_');
    }
}
