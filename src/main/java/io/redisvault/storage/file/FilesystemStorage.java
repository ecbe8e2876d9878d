package io.redisvault.storage.file;

import io.redisvault.config.VaultConfig;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.Content;
import io.redisvault.storage.Deletion;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Objects as files below a directory: a volume, an NFS export, a laptop's disk. */
@Singleton
@Identifier("FILESYSTEM")
public final class FilesystemStorage implements BackupStorage {

    private final FilePaths paths;
    private final FilePublisher publisher;
    private final Executor executor;

    @Inject
    FilesystemStorage(VaultConfig config) {
        this(config.storage().path().orElseThrow(), Infrastructure.getDefaultWorkerPool());
    }

    /** @param executor runs what blocks */
    public FilesystemStorage(Path root, Executor executor) {
        this(root, executor, new FilePublisher(root.toAbsolutePath().normalize()));
    }

    FilesystemStorage(Path root, Executor executor, FilePublisher publisher) {
        this.paths = new FilePaths(root.toAbsolutePath().normalize());
        this.publisher = publisher;
        this.executor = executor;
    }

    @Override
    public Uni<StoredObject> put(String key, Content content, Map<String, String> metadata) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Multi<StoredObject> list(String prefix) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Uni<StoredObject> head(String key) {
        return blocking("read", key, file -> {
            long size = size(file);
            return new StoredObject(key, size, publisher.metadata(file));
        });
    }

    @Override
    public Multi<ByteBuffer> read(String key, long offset, long length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Multi<Deletion> delete(Collection<String> keys) {
        return Multi.createFrom().iterable(keys).onItem().transformToUniAndConcatenate(key -> blocking(
                        "delete", key, file -> {
                            publisher.remove(file);
                            return Deletion.done(key);
                        })
                .onFailure(StorageException.class)
                .recoverWithItem(failure -> Deletion.failed(key, failure)));
    }

    @Override
    public Uni<Integer> removeUnfinished(String keyPrefix, Instant olderThan, Predicate<String> keys) {
        return worker(() -> new FileRemains(paths, publisher, keyPrefix, olderThan, keys).remove());
    }

    @Override
    public Uni<Void> checkAccess() {
        return worker(() -> {
            Path root = paths.root();
            Path existing = root;
            while (!Files.exists(existing)) {
                existing = existing.getParent();
            }
            if (!Files.isDirectory(existing)) {
                throw new StorageException.Other(
                        existing + " is not a directory; give the path of one to keep backups in", null);
            }
            try {
                Files.createDirectories(root);
                // Permission bits do not tell about read-only mounts and exports; writing does.
                publisher.probe();
            } catch (IOException e) {
                throw new StorageException.AccessDenied(
                        root + " cannot be written; mount a writable volume there and let user "
                                + System.getProperty("user.name") + " read and write it: " + e,
                        e);
            }
            return null;
        });
    }

    @Override
    public String url(String key) {
        return paths.root().resolve(key).toUri().toString();
    }

    private static long size(Path file) throws IOException {
        BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!facts.isRegularFile()) {
            throw new NoSuchFileException(file.toString());
        }
        return facts.size();
    }

    private interface FileCall<T> {
        T on(Path file) throws IOException;
    }

    private <T> Uni<T> blocking(String action, String key, FileCall<T> call) {
        return worker(() -> {
            Path file = paths.root();
            try {
                file = paths.file(key);
                return call.on(file);
            } catch (IOException e) {
                throw FileErrors.translate(action, file, e);
            }
        });
    }

    private <T> Uni<T> worker(Supplier<T> call) {
        return Uni.createFrom().item(call).runSubscriptionOn(executor);
    }
}
