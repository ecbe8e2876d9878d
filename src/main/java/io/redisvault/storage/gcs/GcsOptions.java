package io.redisvault.storage.gcs;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach Google Cloud Storage.
 *
 * @param endpoint of a server other than Google's public one
 * @param anonymous whether to send no credentials, for example to an emulator
 * @param caFile PEM file of authorities to trust besides the system's
 * @param timeout for an answer; a failed request is retried for twice as long
 */
public record GcsOptions(Optional<URI> endpoint, boolean anonymous, Optional<Path> caFile, Duration timeout) {}
