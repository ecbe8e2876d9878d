package io.redisvault.restore;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.Backup;
import java.util.List;
import java.util.stream.Stream;

/**
 * Result of a restore, as {@code --json} prints it.
 *
 * @param outcome {@code restored}
 * @param backup that was restored, with what was found in it
 * @param path of the dump or append-only file
 * @param keptAs path that the file before it has now; absent if there was none
 * @param notes what may keep Redis from loading it
 */
@RegisterForReflection
public record RestoreResult(String outcome, Backup backup, String path, String keptAs, List<String> notes) {

    RestoreResult with(String note) {
        List<String> more = Stream.concat(notes.stream(), Stream.of(note)).toList();
        return new RestoreResult(outcome, backup, path, keptAs, more);
    }
}
