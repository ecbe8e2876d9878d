package io.redisvault.drill;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.Backup;
import io.redisvault.redis.ServerInfo;
import io.redisvault.redis.ServerInfo.Role;
import java.time.Duration;
import java.util.List;

/**
 * Result of a drill, as {@code --json} prints it; null values are left out there.
 *
 * @param outcome {@code passed} or {@code failed}
 * @param reason why the drill failed; null if it passed
 * @param backup the restored backup, with the facts found in its dump
 * @param server the server that loaded it, such as {@code redis 7.4.1}; null if the drill failed
 * @param databases databases that have keys, as the server counts them
 * @param expired number of expired keys that the server left out; null if the server does not report it
 * @param seconds duration of the drill
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

    /** Number of a database, and number of keys that the server loaded into it. */
    @RegisterForReflection
    public record Database(int database, long loaded) {}

    static DrillResult passed(Backup backup, ServerInfo server, Duration duration) {
        List<Database> databases = server.keys().entrySet().stream()
                .map(keys -> new Database(keys.getKey(), keys.getValue()))
                .toList();
        // A replica also loads expired keys.
        boolean replica = server.role() == Role.REPLICA;
        Long expired =
                replica ? null : server.number("rdb_last_load_keys_expired").orElse(null);
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
