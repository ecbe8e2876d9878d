package io.redisvault.storage.file;

import io.redisvault.storage.BackupStorage;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** As on FAT, SMB and several FUSE file systems. */
class FilesystemWithoutHardLinksTest extends FilesystemStorageTest {

    @Override
    protected BackupStorage storage() {
        return new FilesystemStorage(root(), WORKERS, new FilePublisher() {
            @Override
            void link(Path part, Path file) throws FileSystemException {
                throw new FileSystemException(file.toString(), part.toString(), "Operation not permitted");
            }
        });
    }
}
