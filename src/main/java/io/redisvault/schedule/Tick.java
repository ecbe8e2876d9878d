package io.redisvault.schedule;

/** Another second has passed, more or less. */
public record Tick() {}
