package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.RdbFacts;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A backup that was put in place.
 *
 * @param facts what its dump says of itself
 * @param kept the name that the dump before it has now
 * @param notes what may keep Redis from loading it
 */
public record Restored(Backup backup, RdbFacts facts, Path dump, Optional<Path> kept, List<String> notes) {

    Restored with(String note) {
        List<String> more = Stream.concat(notes.stream(), Stream.of(note)).toList();
        return new Restored(backup, facts, dump, kept, more);
    }
}
