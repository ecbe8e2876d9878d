package io.redisvault.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes the names in a directory last. */
public final class DirectorySync {

    private DirectorySync() {}

    /** Without it, a name that was added or removed may not survive a power failure. */
    public static void force(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException unsupported) {
            // Some network and FUSE file systems cannot, and have no caches of their own to lose either.
        }
    }
}
