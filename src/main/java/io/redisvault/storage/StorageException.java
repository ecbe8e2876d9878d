package io.redisvault.storage;

/** A failure of the storage. The message names the remedy if there is one. */
public abstract sealed class StorageException extends RuntimeException {

    private StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** There is no such object or no such bucket. */
    public static final class NotFound extends StorageException {
        public NotFound(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The key is taken; the object stored there was not changed. */
    public static final class AlreadyExists extends StorageException {
        public AlreadyExists(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Credentials are missing, wrong or lack a permission. */
    public static final class AccessDenied extends StorageException {
        public AccessDenied(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The storage could not be reached or was busy; the same call may succeed later. */
    public static final class Unavailable extends StorageException {
        public Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The stored object differs from what was sent, or cannot be read completely. */
    public static final class Corrupt extends StorageException {
        public Corrupt(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The storage must keep the object for some time: a lock, a hold or a retention policy. */
    public static final class Locked extends StorageException {
        public Locked(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Anything else. */
    public static final class Other extends StorageException {
        public Other(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
