package io.redisvault.storage.gcs;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How Google's server is reached.
 *
 * @param endpoint of another server than Google's public one
 * @param anonymous if no credentials are to be looked for and sent, as with an emulator
 * @param caFile PEM file of authorities that are trusted as the system's own are
 * @param timeout for an answer; a request that fails is tried again for twice as long
 */
public record GcsOptions(Optional<URI> endpoint, boolean anonymous, Optional<Path> caFile, Duration timeout) {}
