package io.redisvault.backup;

/** Cause of a run. */
public enum Trigger {
    SCHEDULE,
    REQUEST,
    COMMAND,
    SHUTDOWN
}
