package io.redisvault.storage.file;

import io.redisvault.storage.Blocking;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Predicate;

/**
 * Regular files below a root in directory order, so that nothing is buffered for sorting. Directories that cannot hold a
 * key with the prefix are not read, and links are not followed.
 */
final class FileListing implements Blocking.Source<FileListing.Entry> {

    /** @param key of the file, were it an object */
    record Entry(String key, Path path, BasicFileAttributes attributes) {}

    private record Directory(String key, Path path, DirectoryStream<Path> stream, Iterator<Path> children) {}

    private final Path root;
    private final String prefix;
    private final Predicate<String> wanted;
    private final Deque<Directory> open = new ArrayDeque<>();

    /** @param wanted which of the keys with the prefix; a file that is not wanted is not looked at */
    FileListing(Path root, String prefix, Predicate<String> wanted) {
        this.root = root;
        this.prefix = prefix;
        this.wanted = wanted;
        open("", root);
    }

    @Override
    public Entry next() {
        while (!open.isEmpty()) {
            Directory directory = open.peek();
            try {
                if (directory.children().hasNext()) {
                    Entry entry = look(directory.children().next(), directory.key());
                    if (entry != null) {
                        return entry;
                    }
                } else {
                    open.pop().stream().close();
                }
            } catch (DirectoryIteratorException e) {
                throw FileErrors.translate("list", directory.path(), e.getCause());
            } catch (IOException e) {
                throw FileErrors.translate("list", directory.path(), e);
            }
        }
        return null;
    }

    /** Null for what is no regular file or not wanted; a directory is opened. */
    private Entry look(Path child, String parent) throws IOException {
        String key = parent + child.getFileName();
        boolean mayHold = !FilePaths.isHidden(key) && (prefix.startsWith(key + "/") || key.startsWith(prefix));
        if (!mayHold && !wanted.test(key)) {
            return null;
        }
        BasicFileAttributes attributes;
        try {
            attributes = FilePaths.attributes(child);
        } catch (NoSuchFileException removed) {
            return null;
        }
        if (attributes.isDirectory() && mayHold) {
            open(key + "/", child);
        }
        return attributes.isRegularFile() && wanted.test(key) ? new Entry(key, child, attributes) : null;
    }

    private void open(String key, Path path) {
        try {
            DirectoryStream<Path> stream = Files.newDirectoryStream(path);
            open.push(new Directory(key, path, stream, stream.iterator()));
        } catch (NoSuchFileException missing) {
            // Any other was removed since it was seen, and there is nothing in it.
            if (path.equals(root)) {
                throw FilePaths.missing(root);
            }
        } catch (IOException e) {
            throw FileErrors.translate("list", path, e);
        }
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().stream().close();
            } catch (IOException ignored) {
                // Nothing was written to it.
            }
        }
    }
}
