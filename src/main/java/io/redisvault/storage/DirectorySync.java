package io.redisvault.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Flushes directories to disk, so that the names in them survive a power failure. */
public final class DirectorySync {

    private DirectorySync() {}

    /** Flushes the names in a directory, where the file system supports it. */
    public static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException unsupported) {
            // Some network and FUSE file systems cannot do this, but have no cache of their own to lose.
        }
    }
}
