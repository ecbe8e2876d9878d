package io.redisvault.config;

/** Where backups go. */
public enum StorageType {
    S3,
    GCS,
    FILESYSTEM
}
