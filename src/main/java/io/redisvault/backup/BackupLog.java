package io.redisvault.backup;

import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Locale;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/** One line per run. */
@ApplicationScoped
class BackupLog {

    private static final Logger LOG = Logger.getLogger("io.redisvault.backup");
    /** Of names: the first run under a new policy may delete very many. */
    private static final int MOST_NAMED = 10;

    void log(@Observes CompletedRun run) {
        BackupOutcome outcome = run.outcome();
        if (outcome instanceof Stored stored) {
            long bytes = stored.backup().bytes();
            LogLine line =
                    new LogLine("backup stored").about("url", stored.backup().url());
            facts(line, run)
                    .fact("outcome", "stored")
                    .fact("bytes", bytes)
                    .fact(
                            "bytes_per_second",
                            bytes * 1000 / Math.max(1, run.duration().toMillis()));
            deleted(line, stored.retention().deleted()).log(LOG, Level.INFO, null);
        } else if (outcome instanceof Skipped skipped) {
            LogLine line = new LogLine("backup skipped").about("detail", skipped.detail());
            facts(line, run)
                    .fact("outcome", "skipped")
                    .fact("reason", skipped.reason().name().toLowerCase(Locale.ROOT));
            deleted(line, skipped.retention().deleted()).log(LOG, Level.INFO, null);
        } else if (outcome instanceof Failed failed) {
            LogLine line = new LogLine("backup failed").about("detail", failed.detail());
            facts(line, run)
                    .fact("outcome", "failed")
                    .fact("reason", failed.reason().name().toLowerCase(Locale.ROOT))
                    // Only a fault of ours needs its stack to be understood.
                    .log(LOG, Level.ERROR, failed.reason() == Reason.INTERNAL ? failed.cause() : null);
        }
        for (String failure : outcome.retention().notDeleted()) {
            LOG.warnf("retention: %s; the next run tries again", failure);
        }
    }

    private static LogLine facts(LogLine line, CompletedRun run) {
        return line.fact("trigger", run.trigger().name().toLowerCase(Locale.ROOT))
                .fact("role", run.role().word())
                .fact("duration_ms", run.duration().toMillis());
    }

    private static LogLine deleted(LogLine line, List<String> names) {
        line.fact("deleted", names.size());
        return names.isEmpty()
                ? line
                : line.fact(
                        "deleted_names",
                        String.join(",", names.subList(0, Math.min(MOST_NAMED, names.size())))
                                + (names.size() > MOST_NAMED ? ",..." : ""));
    }
}
