package io.redisvault.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.Backup;
import io.redisvault.restore.Restored;
import java.util.List;

/** What a restore has done. */
@RegisterForReflection
record RestoreReport(String outcome, Backup backup, String path, String keptAs, List<String> notes) {

    static RestoreReport of(Restored restored) {
        return new RestoreReport(
                "restored",
                restored.backup(),
                restored.dump().toString(),
                restored.kept().map(Object::toString).orElse(null),
                restored.notes());
    }

    static String text(Restored restored) {
        String text = "restored %s to %s: %s"
                .formatted(
                        restored.backup().name(),
                        restored.dump(),
                        DumpText.of(restored.backup().withFacts(restored.facts())));
        return restored.kept()
                .map(kept -> text + System.lineSeparator() + "the dump before it is kept as " + kept)
                .orElse(text);
    }
}
