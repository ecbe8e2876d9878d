package io.redisvault.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jboss.logging.Logger;

/** Writes beside the final name, and takes that name once everything is on disk. */
final class FileUpload implements Upload {

    private static final Logger LOG = Logger.getLogger(FileUpload.class);

    // The JDK copies what it writes into a native buffer of the same size that it keeps for the thread.
    private static final int SLICE = 128 * 1024;

    private final FilePaths paths;
    private final FilePublisher publisher;
    private final String key;
    private final Map<String, String> metadata;

    private Path file;
    private Path part;
    private FileChannel channel;
    private long size;
    private boolean published;

    FileUpload(FilePaths paths, FilePublisher publisher, String key, Map<String, String> metadata) {
        this.paths = paths;
        this.publisher = publisher;
        this.key = key;
        this.metadata = Map.copyOf(metadata);
    }

    @Override
    public void open() {
        try {
            file = paths.file(key);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            Files.createDirectories(file.getParent());
            part = FilePaths.part(file);
            channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw FileErrors.translate("create", target(), e);
        }
    }

    @Override
    public void write(ByteBuffer bytes) {
        ByteBuffer rest = bytes.duplicate();
        int end = rest.limit();
        try {
            while (rest.position() < end) {
                rest.limit(Math.min(end, rest.position() + SLICE));
                size += channel.write(rest);
            }
        } catch (IOException e) {
            throw FileErrors.translate("write", part, e);
        }
    }

    @Override
    public StoredObject publish() {
        try {
            channel.force(true);
            channel.close();
            publisher.publish(part, file, metadata);
            published = true;
            return new StoredObject(key, size, metadata);
        } catch (IOException e) {
            throw FileErrors.translate("create", file, e);
        }
    }

    @Override
    public void abandon() {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
            if (published || isPublished()) {
                publisher.remove(file);
            }
            Files.deleteIfExists(part);
        } catch (IOException | RuntimeException e) {
            LOG.warnf("Could not clean up the upload of %s: %s", file, e);
        }
    }

    @Override
    public void stop() {
        // Every call is short; only a dead network file system holds one up, and nothing but its answer ends that.
    }

    /** Whether publishing failed after the name was taken. */
    private boolean isPublished() throws IOException {
        return Files.exists(part) && Files.exists(file, LinkOption.NOFOLLOW_LINKS) && Files.isSameFile(part, file);
    }

    private Path target() {
        return file == null ? paths.root() : file;
    }
}
