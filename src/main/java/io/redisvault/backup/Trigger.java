package io.redisvault.backup;

/** What began a cycle. */
public enum Trigger {
    SCHEDULE,
    REQUEST,
    COMMAND
}
