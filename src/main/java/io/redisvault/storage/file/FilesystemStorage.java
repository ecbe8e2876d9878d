package io.redisvault.storage.file;

import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Blocking;
import io.redisvault.storage.Content;
import io.redisvault.storage.DirectorySync;
import io.redisvault.storage.FileErrors;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredChecksum;
import io.redisvault.storage.StoredObject;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;

/** Stores objects as files below a directory, for example on a volume, an NFS export or a local disk. */
@Singleton
@Identifier("FILESYSTEM")
public final class FilesystemStorage implements BackupStorage {

    private static final Logger LOG = Logger.getLogger(FilesystemStorage.class);

    private final FilePaths paths;
    private final FilePublisher publisher;
    private final Executor executor;

    @Inject
    FilesystemStorage(VaultConfig config) {
        this(config.storage().path().orElseThrow(), Infrastructure.getDefaultWorkerPool());
    }

    /** @param executor runs blocking calls */
    public FilesystemStorage(Path root, Executor executor) {
        this(root, executor, new FilePublisher());
    }

    FilesystemStorage(Path root, Executor executor, FilePublisher publisher) {
        this.paths = new FilePaths(root.toAbsolutePath().normalize());
        this.publisher = publisher;
        this.executor = executor;
    }

    @Override
    public Uni<StoredObject> put(String key, Content content, Map<String, String> metadata) {
        return Blocking.call(() -> store(key, content, metadata), executor);
    }

    /** Writes a part next to the final file, and publishes it once everything is on disk. */
    private StoredObject store(String key, Content content, Map<String, String> metadata) throws Exception {
        Path file = onFile("create", key, this::prepare);
        Path part = FilePaths.part(file);
        FileChannel created = onFile("create", key, any -> publisher.create(part));
        try (FileChannel channel = created) {
            Object fileKey =
                    onFile("create", key, any -> FilePaths.attributes(part).fileKey());
            CRC32C crc = new CRC32C();
            Blocking.write(content, chunk -> {
                crc.update(chunk.duplicate());
                write(channel, chunk, part);
            });
            return onFile("create", key, any -> {
                Map<String, String> kept = FileMetadata.write(part, metadata, StoredChecksum.text(crc));
                channel.force(true);
                publisher.publish(part, fileKey, channel.position(), file);
                force(file.getParent());
                return new StoredObject(key, channel.position(), kept);
            });
        } finally {
            remove(part);
        }
    }

    private Path prepare(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        paths.createDirectories(file.getParent());
        return file;
    }

    private static void write(FileChannel channel, ByteBuffer chunk, Path part) {
        try {
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        } catch (IOException e) {
            throw FileErrors.translate("write", part, e);
        }
    }

    private static void remove(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            LOG.warn(FileErrors.translate("remove", part, e).getMessage());
        }
    }

    @Override
    public Multi<StoredObject> list(String prefix) {
        return files(prefix, key -> key.startsWith(prefix) && !FilePaths.isHidden(key))
                .map(entry -> new StoredObject(entry.key(), entry.attributes().size()));
    }

    private Multi<FileListing.Entry> files(String prefix, Predicate<String> wanted) {
        return new FileListing(paths.root(), prefix, wanted, executor).files();
    }

    @Override
    public Uni<StoredObject> head(String key) {
        return blocking("read", key, file -> {
            long size = FilePaths.regular(file).size();
            return new StoredObject(key, size, FileMetadata.read(file));
        });
    }

    @Override
    public Uni<Optional<StoredChecksum>> checksum(String key) {
        return blocking("read", key, file -> {
            FilePaths.regular(file);
            return FileMetadata.crc32c(file).map(StoredChecksum::crc32c);
        });
    }

    @Override
    public Multi<ByteBuffer> read(String key, long offset, long length) {
        String name = paths.root() + "/" + key;
        return Blocking.read(
                () -> FilePaths.open(paths.file(key)).position(offset),
                length,
                name,
                failure -> FileErrors.translate("read", name, failure),
                executor);
    }

    @Override
    public Uni<Void> delete(String key) {
        return this.blocking("delete", key, this::delete)
                .onFailure(StorageException.NotFound.class)
                .recoverWithNull();
    }

    private Void delete(Path file) throws IOException {
        FilePaths.regular(file);
        Files.delete(file);
        Files.deleteIfExists(FilePaths.metadata(file));
        force(file.getParent());
        return null;
    }

    @Override
    public Uni<Integer> abortIncomplete(String keyPrefix, Instant olderThan, Predicate<String> keys) {
        return files(keyPrefix, hidden -> FilePaths.keyOfPart(hidden)
                        .filter(key -> key.startsWith(keyPrefix) && keys.test(key))
                        .isPresent())
                // This is the time of the last write: a part that is being written is never old.
                .filter(part -> part.attributes().lastModifiedTime().toInstant().isBefore(olderThan))
                .onItem()
                .transformToUniAndConcatenate(part -> Blocking.call(() -> Files.deleteIfExists(part.path()), executor)
                        .onFailure(IOException.class)
                        .transform(failure -> FileErrors.translate("remove", part.path(), failure)))
                .filter(deleted -> deleted)
                .collect()
                .with(Collectors.summingInt(deleted -> 1))
                .onFailure(StorageException.NotFound.class)
                .recoverWithItem(0);
    }

    @Override
    public Uni<Void> checkAccess() {
        return onRoot(root -> {
            paths.createDirectories(root);
            Files.newDirectoryStream(root).close();
            publisher.probe(root.resolve("redis-vault-access"));
            return null;
        });
    }

    /** Writes a file, because permission bits do not show read-only mounts and exports. */
    @Override
    public Uni<Optional<String>> checkWrite(String keyPrefix) {
        return onRoot(root -> {
            // Named like a part of a backup, so that it is removed with the incomplete uploads if the process dies
            // here.
            Path file = paths.file(keyPrefix + "2026-01-02T03:04:05Z.rdb");
            paths.createDirectories(file.getParent());
            publisher.requireWritable(file);
            return Optional.empty();
        });
    }

    private <T> Uni<T> onRoot(FileCall<T> call) {
        Path root = paths.root();
        return Blocking.call(
                () -> {
                    try {
                        return call.on(root);
                    } catch (NoSuchFileException | AccessDeniedException e) {
                        throw new StorageException.AccessDenied(
                                FileErrors.translate("write to", root, e).getMessage()
                                        + "; mount a writable volume there",
                                e);
                    } catch (IOException e) {
                        throw FileErrors.translate("write to", root, e);
                    }
                },
                executor);
    }

    @Override
    public Uni<Optional<Instant>> clock() {
        return Blocking.call(() -> publisher.probe(paths.root().resolve("redis-vault-clock")), executor)
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    @Override
    public String url(String key) {
        return paths.root().resolve(key).toUri().toString();
    }

    /** Flushes a directory and those above it up to the root, so that new names survive a power failure. */
    private void force(Path directory) {
        for (Path each = directory; each.startsWith(paths.root()); each = each.getParent()) {
            DirectorySync.force(each);
        }
    }

    private interface FileCall<T> {
        T on(Path file) throws IOException;
    }

    private <T> Uni<T> blocking(String action, String key, FileCall<T> call) {
        return Blocking.call(() -> onFile(action, key, call), executor);
    }

    private <T> T onFile(String action, String key, FileCall<T> call) {
        Path file = paths.root();
        try {
            file = paths.file(key);
            return call.on(file);
        } catch (IOException e) {
            throw FileErrors.translate(action, file, e);
        }
    }
}
