package io.redisvault.storage.file;

import io.redisvault.storage.Blocking;
import io.redisvault.storage.FileErrors;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Multi;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * Lists the regular files below a root in directory order, so that nothing is buffered for sorting. Does not read
 * directories that cannot hold a key with the prefix, and follows no links.
 *
 * @param wanted selects files by their key, and must itself check the prefix
 */
record FileListing(Path root, String prefix, Predicate<String> wanted, Executor executor) {

    /** @param key the file's path below the root, which is its key if it is an object */
    record Entry(String key, Path path, BasicFileAttributes attributes) {}

    Multi<Entry> files() {
        return below(root)
                .onFailure(StorageException.NotFound.class)
                .transform(missing -> FilePaths.missing(root))
                .runSubscriptionOn(executor);
    }

    private Multi<Entry> below(Path directory) {
        return Multi.createFrom()
                .resource(() -> open(directory), stream -> Multi.createFrom().iterable(stream))
                .withFinalizer((DirectoryStream<Path> stream) -> Blocking.call(() -> close(stream), executor))
                .onFailure()
                .transform(failure -> FileErrors.translate("list", directory, (Exception) failure))
                .onItem()
                .transformToMultiAndConcatenate(this::look);
    }

    /** Yields the child if it is a regular file that is wanted, or the files below it if it is a directory. */
    private Multi<Entry> look(Path child) {
        String key = root.relativize(child).toString();
        boolean mayHold = !FilePaths.isHidden(key) && (prefix.startsWith(key + "/") || key.startsWith(prefix));
        if (!mayHold && !wanted.test(key)) {
            return Multi.createFrom().empty();
        }
        try {
            BasicFileAttributes attributes = FilePaths.attributes(child);
            if (attributes.isDirectory() && mayHold) {
                // A directory removed meanwhile is empty. One we may not read, like lost+found, has nothing of ours,
                // unless the prefix leads through it.
                boolean onTheWay = prefix.startsWith(key + "/");
                return below(child)
                        .onFailure(failure -> failure instanceof StorageException.NotFound
                                || failure instanceof StorageException.AccessDenied && !onTheWay)
                        .recoverWithCompletion();
            }
            return attributes.isRegularFile() && wanted.test(key)
                    ? Multi.createFrom().item(new Entry(key, child, attributes))
                    : Multi.createFrom().empty();
        } catch (NoSuchFileException removed) {
            return Multi.createFrom().empty();
        } catch (IOException e) {
            throw FileErrors.translate("list", child.getParent(), e);
        }
    }

    private static DirectoryStream<Path> open(Path directory) {
        try {
            return Files.newDirectoryStream(directory);
        } catch (IOException e) {
            throw FileErrors.translate("list", directory, e);
        }
    }

    private static Void close(DirectoryStream<Path> stream) throws IOException {
        stream.close();
        return null;
    }
}
