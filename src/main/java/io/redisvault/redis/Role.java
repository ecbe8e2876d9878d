package io.redisvault.redis;

import java.util.Locale;

/** A node's role in replication. */
public enum Role {
    MASTER,
    REPLICA,
    /** Redis is unreachable, or its answer has no role that we know. */
    UNKNOWN;

    /** The role in lower case, for logs, JSON and metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
