package io.redisvault.backup;

import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Reason;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** One line per run, whose facts are fields of their own in the JSON format. */
@ApplicationScoped
class BackupLog {

    private static final Logger LOG = Logger.getLogger("io.redisvault.backup");

    void log(@Observes CompletedRun run) {
        BackupOutcome outcome = run.outcome();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("trigger", run.trigger().name().toLowerCase(Locale.ROOT));
        fields.put("role", run.role().name().toLowerCase(Locale.ROOT));
        fields.put("duration_ms", run.duration().toMillis());
        if (outcome instanceof Stored stored) {
            long bytes = stored.backup().bytes();
            fields.put("outcome", "stored");
            fields.put("key", stored.backup().key());
            fields.put("bytes", bytes);
            fields.put(
                    "bytes_per_second",
                    bytes * 1000 / Math.max(1, run.duration().toMillis()));
            fields.put("deleted", stored.retention().deleted().size());
            info(fields, "backup stored: " + stored.backup().url());
        } else if (outcome instanceof Skipped skipped) {
            fields.put("outcome", "skipped");
            fields.put("reason", skipped.reason().name().toLowerCase(Locale.ROOT));
            fields.put("deleted", skipped.retention().deleted().size());
            info(fields, "backup skipped: " + skipped.detail());
        } else if (outcome instanceof Failed failed) {
            fields.put("outcome", "failed");
            fields.put("reason", failed.reason().name().toLowerCase(Locale.ROOT));
            // Only a fault of ours needs its stack to be understood.
            Throwable trace = failed.reason() == Reason.INTERNAL ? failed.cause() : null;
            with(fields, () -> LOG.error("backup failed: " + failed.detail() + words(fields), trace));
        }
        for (String failure : outcome.retention().notDeleted()) {
            LOG.warnf("retention: %s; the next run tries again", failure);
        }
    }

    private static void info(Map<String, Object> fields, String message) {
        with(fields, () -> LOG.info(message + words(fields)));
    }

    private static String words(Map<String, Object> fields) {
        StringBuilder words = new StringBuilder();
        fields.forEach(
                (name, value) -> words.append(' ').append(name).append('=').append(value));
        return words.toString();
    }

    private static void with(Map<String, Object> fields, Runnable logging) {
        fields.forEach(MDC::put);
        try {
            logging.run();
        } finally {
            fields.keySet().forEach(MDC::remove);
        }
    }
}
