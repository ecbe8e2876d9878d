package io.redisvault.config;

/** How log lines look on the console. */
public enum LogFormat {
    TEXT,
    JSON
}
