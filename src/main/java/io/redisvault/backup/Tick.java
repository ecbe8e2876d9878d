package io.redisvault.backup;

/** Another second has passed, more or less. */
public record Tick() {}
