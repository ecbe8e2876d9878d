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
 * Regular files below a root in directory order, so that nothing is buffered for sorting. Directories that cannot hold a
 * key with the prefix are not read, and links are not followed.
 *
 * @param wanted which of the keys with the prefix; a file that is not wanted is not looked at
 */
record FileListing(Path root, String prefix, Predicate<String> wanted, Executor executor) {

    /** @param key of the file, were it an object */
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

    /** The file if it is a regular one that is wanted, the files below it if it is a directory. */
    private Multi<Entry> look(Path child) {
        String key = root.relativize(child).toString();
        boolean mayHold = !FilePaths.isHidden(key) && (prefix.startsWith(key + "/") || key.startsWith(prefix));
        if (!mayHold && !wanted.test(key)) {
            return Multi.createFrom().empty();
        }
        try {
            BasicFileAttributes attributes = FilePaths.attributes(child);
            if (attributes.isDirectory() && mayHold) {
                // One that is gone by now has nothing in it; one like lost+found, which is not ours, nothing of ours.
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
