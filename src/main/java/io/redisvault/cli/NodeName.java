package io.redisvault.cli;

/** The name of a node, as the settings allow it. */
record NodeName(String text) {}
