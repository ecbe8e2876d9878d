package io.redisvault.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.Backup;
import io.redisvault.drill.DatabaseKeys;
import io.redisvault.drill.Drilled;
import java.util.ArrayList;
import java.util.List;

/**
 * How a drill ended.
 *
 * @param outcome {@code passed} or {@code failed}
 * @param reason why it failed
 * @param note why keys were not compared
 */
@RegisterForReflection
record DrillReport(
        String outcome,
        String reason,
        Backup backup,
        String server,
        List<DatabaseKeys> databases,
        String note,
        double seconds) {

    static DrillReport of(Drilled drilled) {
        return new DrillReport(
                drilled.passed() ? "passed" : "failed",
                drilled.failure().orElse(null),
                drilled.backup(),
                drilled.server().orElse(null),
                drilled.databases(),
                drilled.note().orElse(null),
                seconds(drilled));
    }

    static String text(Drilled drilled) {
        List<String> lines = new ArrayList<>();
        lines.add("restored " + drilled.backup().name() + ": " + DumpText.of(drilled.backup()));
        drilled.server().ifPresent(server -> lines.add("loaded by " + server));
        drilled.databases().forEach(database -> lines.add(database.toString()));
        drilled.note().ifPresent(lines::add);
        lines.add(drilled.failure()
                .map(reason -> "drill failed: " + reason)
                .orElse("drill passed in " + seconds(drilled) + " s"));
        return String.join(System.lineSeparator(), lines);
    }

    private static double seconds(Drilled drilled) {
        return drilled.duration().toMillis() / 1000.0;
    }
}
