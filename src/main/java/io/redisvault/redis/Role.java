package io.redisvault.redis;

/** A node's part in replication. */
public enum Role {
    MASTER,
    REPLICA,
    /** Redis did not say, or could not be asked. */
    UNKNOWN
}
