package io.redisvault.redis;

import java.util.Locale;

/** A node's part in replication. */
public enum Role {
    MASTER,
    REPLICA,
    /** Redis did not say, or could not be asked. */
    UNKNOWN;

    /** As logs, JSON and metrics spell it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
