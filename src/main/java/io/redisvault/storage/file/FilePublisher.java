package io.redisvault.storage.file;

import io.redisvault.storage.DirectorySync;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Makes a written file an object, and takes objects away. Metadata come first and go last, so that an object that can be
 * seen always has its own, whenever the process dies; left without an object they mean nothing, and the next
 * publication under the name replaces them.
 */
class FilePublisher {

    private final Path root;

    FilePublisher(Path root) {
        this.root = root;
    }

    void publish(Path part, Path file, Map<String, String> metadata) throws IOException {
        try (PublishLock lock = PublishLock.acquire(root)) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            writeMetadata(file, metadata);
            // The metadata's name is on disk before the object's can be.
            DirectorySync.force(file.getParent());
            try {
                link(part, file);
            } catch (FileAlreadyExistsException | AccessDeniedException e) {
                throw e;
            } catch (FileSystemException | UnsupportedOperationException noHardLinks) {
                rename(part, file, lock, noHardLinks);
            }
        }
        Files.deleteIfExists(part);
        for (Path directory = file.getParent(); directory.startsWith(root); directory = directory.getParent()) {
            DirectorySync.force(directory);
        }
    }

    /** Removes an object, or nothing if there is none. */
    void remove(Path file) throws IOException {
        if (!Files.exists(file.getParent())) {
            return;
        }
        PublishLock lock = PublishLock.acquire(root);
        try {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(file);
                DirectorySync.force(file.getParent());
            }
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(FilePaths.metadata(file));
            }
        } finally {
            lock.close();
        }
    }

    /** Fails where nothing could be published; leaves the lock file only. */
    void probe() throws IOException {
        PublishLock.acquire(root).close();
    }

    Map<String, String> metadata(Path file) throws IOException {
        Properties facts = new Properties();
        try (Reader reader = Files.newBufferedReader(FilePaths.metadata(file))) {
            facts.load(reader);
        } catch (NoSuchFileException none) {
            return Map.of();
        }
        return facts.stringPropertyNames().stream().collect(Collectors.toMap(name -> name, facts::getProperty));
    }

    /** The one way to give a file a name that never replaces what has it, on local file systems and NFS alike. */
    void link(Path part, Path file) throws IOException {
        Files.createLink(file, part);
    }

    private static void rename(Path part, Path file, PublishLock lock, Exception noHardLinks) throws IOException {
        // A rename replaces what is there; only the lock makes the test before it hold.
        if (!lock.held()) {
            throw new IOException(
                    "this file system has neither hard links nor file locks, so that nothing would keep another"
                            + " process from replacing a backup; use one that has either",
                    noHardLinks);
        }
        Files.move(part, file);
    }

    private static void writeMetadata(Path file, Map<String, String> metadata) throws IOException {
        Path beside = FilePaths.metadata(file);
        if (metadata.isEmpty()) {
            Files.deleteIfExists(beside);
            return;
        }
        Properties facts = new Properties();
        facts.putAll(metadata);
        try (FileChannel channel = FileChannel.open(
                beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            Writer writer = Channels.newWriter(channel, StandardCharsets.UTF_8);
            facts.store(writer, null);
            channel.force(true);
        }
    }
}
