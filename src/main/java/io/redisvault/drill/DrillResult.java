package io.redisvault.drill;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.Backup;
import io.redisvault.redis.ServerInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Result of a drill, as {@code --json} prints it.
 *
 * @param outcome {@code passed} or {@code failed}
 * @param reason of a failure
 * @param backup that was restored, with what was found in it
 * @param server that loaded it, such as {@code redis 7.4.1}; absent if it did not
 * @param databases with keys, as the server counts them
 * @param expired keys that the server left out because their time was over; absent where servers do not say
 */
@RegisterForReflection
public record DrillResult(
        String outcome,
        String reason,
        Backup backup,
        String server,
        List<Database> databases,
        Long expired,
        double seconds) {

    /** The keys that a server has loaded into a database. */
    @RegisterForReflection
    public record Database(int database, long loaded) {}

    static DrillResult passed(Backup backup, ServerInfo server, Duration duration) {
        List<Database> databases = server.keys().entrySet().stream()
                .map(keys -> new Database(keys.getKey(), keys.getValue()))
                .toList();
        // A replica, as which a running server loads a backup, leaves none out.
        boolean replica = server.field("role").equals("slave");
        Long expired = Optional.ofNullable(server.fields().get("rdb_last_load_keys_expired"))
                .filter(keys -> !replica)
                .map(Long::valueOf)
                .orElse(null);
        return new DrillResult("passed", null, backup, server.server(), databases, expired, seconds(duration));
    }

    static DrillResult failed(Backup backup, String reason, Duration duration) {
        return new DrillResult("failed", reason, backup, null, List.of(), null, seconds(duration));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    public boolean passed() {
        return reason == null;
    }
}
