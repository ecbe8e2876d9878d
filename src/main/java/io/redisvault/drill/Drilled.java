package io.redisvault.drill;

import io.redisvault.backup.Backup;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a drill ended.
 *
 * @param backup that was restored, with what was found in it
 * @param server that loaded it, such as {@code redis 7.4.1}; empty if it did not
 * @param databases that the server had keys in, or should have had
 * @param note why keys were not compared
 * @param failure why the drill failed; empty if it passed
 */
public record Drilled(
        Backup backup,
        Optional<String> server,
        List<DatabaseKeys> databases,
        Optional<String> note,
        Optional<String> failure,
        Duration duration) {

    public boolean passed() {
        return failure.isEmpty();
    }
}
