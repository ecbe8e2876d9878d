package io.redisvault.observability;

import io.redisvault.backup.BackupNaming;
import io.redisvault.config.VaultConfig;
import io.redisvault.redis.RedisNode;
import io.redisvault.storage.BackupStorage;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Files;
import org.jboss.logging.Logger;

/** Log lines of a service that begins to serve: where backups go, and what will keep them from it. */
@ApplicationScoped
public class StartupReport {

    private static final Logger LOG = Logger.getLogger(StartupReport.class);

    private final VaultConfig config;
    private final BackupStorage storage;
    private final BackupNaming naming;
    private final RedisNode redis;

    StartupReport(VaultConfig config, BackupStorage storage, BackupNaming naming, RedisNode redis) {
        this.redis = redis;
        this.config = config;
        this.storage = storage;
        this.naming = naming;
    }

    /** Says where backups will go, and at once if they cannot go there. */
    public void log() {
        LOG.infof(
                "backing up %s of node %s to %s*, %s",
                config.redis().dataPath().resolve(config.backup().dumpFilename()),
                naming.node(),
                storage.url(naming.keyPrefix()),
                config.backup()
                        .cron()
                        .map(cron -> "by cron " + cron)
                        .orElseGet(() -> "every " + config.backup().interval().toSeconds() + " s"));
        config.verify().cron().ifPresent(cron -> LOG.infof("verifying the newest backup by cron %s", cron));
        if (!config.backup().verifyDump()) {
            LOG.warn("VERIFY_DUMP is false: a torn or damaged dump will be stored like a good one");
        }
        if (!Files.isDirectory(config.redis().dataPath())) {
            LOG.errorf(
                    "there is no directory %s; correct REDIS_DATA_PATH",
                    config.redis().dataPath());
        }
        redis.state()
                .chain(redis::savingProblem)
                .subscribe()
                .with(
                        problem -> problem.ifPresent(LOG::warn),
                        failure -> LOG.warnf("Redis gives no answer: %s", failure.getMessage()));
        storage.checkAccess()
                .chain(() -> storage.checkWrite(naming.keyPrefix()))
                .subscribe()
                .with(
                        untried -> LOG.info(untried.map(why -> "the storage can be reached; " + why)
                                .orElse("the storage can be reached and written to")),
                        failure -> LOG.errorf("the storage cannot be used: %s", failure.getMessage()));
    }
}
