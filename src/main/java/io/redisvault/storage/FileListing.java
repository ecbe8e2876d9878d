package io.redisvault.storage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * The objects below a root in the order in which the directories have them, so that none is kept for its turn; reads no
 * directory that cannot match.
 */
final class FileListing implements Pull.Source<StoredObject> {

    private record Directory(String key, Path path, DirectoryStream<Path> stream, Iterator<Path> children) {}

    private final FilePaths paths;
    private final String prefix;
    private final Deque<Directory> open = new ArrayDeque<>();

    FileListing(FilePaths paths, String prefix) {
        this.paths = paths;
        this.prefix = prefix;
        open("", paths.root());
    }

    @Override
    public StoredObject next() {
        while (!open.isEmpty()) {
            Directory directory = open.peek();
            try {
                if (directory.children().hasNext()) {
                    StoredObject object = look(directory.children().next(), directory.key());
                    if (object != null) {
                        return object;
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

    /** The object that a file is; null if it is none, or a directory, which is then opened. */
    private StoredObject look(Path child, String parent) throws IOException {
        String name = child.getFileName().toString();
        String key = parent + name;
        if (name.startsWith(".") || !key.startsWith(prefix) && !prefix.startsWith(key + "/")) {
            return null;
        }
        BasicFileAttributes facts;
        try {
            facts = Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException removed) {
            return null;
        }
        if (facts.isDirectory()) {
            open(key + "/", child);
        }
        return facts.isRegularFile() && key.startsWith(prefix) ? new StoredObject(key, facts.size()) : null;
    }

    private void open(String key, Path path) {
        try {
            DirectoryStream<Path> stream = Files.newDirectoryStream(path);
            open.push(new Directory(key, path, stream, stream.iterator()));
        } catch (NoSuchFileException missing) {
            // Any other was removed since it was seen, and there is nothing in it.
            if (path.equals(paths.root())) {
                throw new StorageException.NotFound(
                        "there is no directory " + path + " to list; mount the backups there, or create it", missing);
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
