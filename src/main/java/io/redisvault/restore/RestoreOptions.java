package io.redisvault.restore;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * How to restore.
 *
 * @param force replaces another dump, which is kept, and writes beside append-only files and a running Redis
 * @param fallback takes the next older backup if one is corrupt
 * @param verified refuses a backup whose content is not a whole dump
 * @param owner of the file; the directory's, as far as the process may give a file away, when empty
 */
public record RestoreOptions(
        boolean force, boolean fallback, boolean verified, Optional<FileOwner> owner, Set<PosixFilePermission> mode) {}
