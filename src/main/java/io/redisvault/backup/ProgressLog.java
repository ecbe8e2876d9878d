package io.redisvault.backup;

import io.quarkus.scheduler.Scheduled;
import io.redisvault.backup.RunningBackup.Phase;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** A line now and then of an upload that takes long. */
@ApplicationScoped
class ProgressLog {

    private static final Logger LOG = Logger.getLogger(ProgressLog.class);

    private final BackupRunner runner;

    ProgressLog(BackupRunner runner) {
        this.runner = runner;
    }

    @Scheduled(every = "30s")
    @NonBlocking
    void log() {
        runner.running().filter(run -> run.phase() == Phase.UPLOAD).ifPresent(run -> new LogLine("uploading")
                .fact("bytes_done", run.bytesDone())
                .fact("bytes_total", run.bytesTotal())
                .fact("bytes_per_second", run.bytesPerSecond())
                .log(LOG, Logger.Level.INFO, null));
    }
}
