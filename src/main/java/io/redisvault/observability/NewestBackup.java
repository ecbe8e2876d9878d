package io.redisvault.observability;

import io.redisvault.backup.Backup;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** The newest backup in the storage; a question of many callers is asked once. */
record NewestBackup(Uni<Optional<Backup>> asked) {}
