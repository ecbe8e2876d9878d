package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.codec.AgeKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.function.Consumer;

/** A file of keys of age, one a line, with empty lines and comments. The keys do not appear in {@link #toString}. */
@RegisterForReflection
public record AgeKeyFile(Path path, List<String> keys) {

    private static final int LARGEST = 64 * 1024;

    public static AgeKeyFile of(String text) {
        Path path = Path.of(ValueFormat.FILE.canonical(text));
        List<String> keys = SecretFile.read(path, LARGEST, "keys")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        return new AgeKeyFile(path, keys);
    }

    static String recipients(String text) {
        return of(text).canonical(AgeKeys::requireRecipient);
    }

    /** Others must not read secret keys. In Kubernetes the group of the pod may read what its containers read. */
    static String identities(String text) {
        AgeKeyFile file = of(text);
        try {
            if (Files.getPosixFilePermissions(file.path).contains(PosixFilePermission.OTHERS_READ)) {
                throw new InvalidValueException(
                        "may be read by others; chmod 600 it, in Kubernetes with defaultMode: 0440");
            }
        } catch (IOException | UnsupportedOperationException unknown) {
            // A file system without such permissions.
        }
        return file.canonical(AgeKeys::requireIdentity);
    }

    private String canonical(Consumer<String> requirement) {
        if (keys.isEmpty()) {
            throw new InvalidValueException("holds no key");
        }
        for (int line = 0; line < keys.size(); line++) {
            try {
                requirement.accept(keys.get(line));
            } catch (IllegalArgumentException e) {
                throw new InvalidValueException("holds a wrong key: number " + (line + 1) + " " + e.getMessage());
            }
        }
        return path.toString();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
