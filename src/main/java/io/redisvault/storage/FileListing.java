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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** The objects below a root in the order of their keys; reads one directory at a time, and none that cannot match. */
final class FileListing implements Pull.Source<StoredObject> {

    /** @param key of a file, or of a directory with a slash at its end, which sorts it where its files belong */
    private record Entry(String key, long size) {
        boolean isDirectory() {
            return key.endsWith("/");
        }
    }

    private final FilePaths paths;
    private final String prefix;
    private final Deque<Iterator<Entry>> open = new ArrayDeque<>();

    FileListing(FilePaths paths, String prefix) {
        this.paths = paths;
        this.prefix = prefix;
        open.push(entries("").iterator());
    }

    @Override
    public StoredObject next() {
        while (!open.isEmpty()) {
            if (!open.peek().hasNext()) {
                open.pop();
                continue;
            }
            Entry entry = open.peek().next();
            if (!entry.isDirectory()) {
                return new StoredObject(entry.key(), entry.size());
            }
            open.push(entries(entry.key()).iterator());
        }
        return null;
    }

    @Override
    public void close() {
        open.clear();
    }

    private List<Entry> entries(String directory) {
        Path path = paths.root().resolve(directory);
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                String key = directory + name;
                if (!name.startsWith(".") && (key.startsWith(prefix) || prefix.startsWith(key + "/"))) {
                    add(child, key, entries);
                }
            }
        } catch (NoSuchFileException removed) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw FileErrors.translate("list", path, e.getCause());
        } catch (IOException e) {
            throw FileErrors.translate("list", path, e);
        }
        entries.sort(Comparator.comparing(Entry::key));
        return entries;
    }

    private void add(Path child, String key, List<Entry> entries) throws IOException {
        try {
            BasicFileAttributes facts =
                    Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (facts.isDirectory()) {
                entries.add(new Entry(key + "/", 0));
            } else if (facts.isRegularFile() && key.startsWith(prefix)) {
                entries.add(new Entry(key, facts.size()));
            }
        } catch (NoSuchFileException removed) {
            // Deleted since the directory was read.
        }
    }
}
