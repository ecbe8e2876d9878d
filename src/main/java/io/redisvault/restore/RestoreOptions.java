package io.redisvault.restore;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * How to restore.
 *
 * @param force whether to put the dump in place of another one, which is kept, or beside append-only files
 * @param fallback whether to take the next older backup if one is corrupt
 * @param owner of the file; the directory's, as far as the process may give a file away, when empty
 */
public record RestoreOptions(
        boolean force, boolean fallback, Optional<FileOwner> owner, Set<PosixFilePermission> mode) {}
