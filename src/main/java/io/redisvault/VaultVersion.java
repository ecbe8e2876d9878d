package io.redisvault;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The version that was built. */
public final class VaultVersion {

    public static final String CURRENT = read();

    private VaultVersion() {}

    private static String read() {
        try (InputStream version = VaultVersion.class.getResourceAsStream("version.txt")) {
            return new String(version.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
