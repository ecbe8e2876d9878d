package io.redisvault.backup;

/** What began a run. */
public enum Trigger {
    SCHEDULE,
    REQUEST,
    COMMAND
}
