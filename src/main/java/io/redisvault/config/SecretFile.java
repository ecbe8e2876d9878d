package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of one line, the secret, read when the service starts. The secret does not appear in {@link #toString}. */
@RegisterForReflection
public record SecretFile(Path path, String content) {

    private static final int LONGEST = 4096;

    public static SecretFile of(String text) {
        Path path = Path.of(ValueFormat.FILE.canonical(text));
        String secret = read(path, LONGEST, "a secret").replaceFirst("\\R\\z", "");
        if (secret.isEmpty()) {
            throw new InvalidValueException("is an empty file; write the secret into it");
        }
        if (secret.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidValueException("holds more than one line, or control characters");
        }
        return new SecretFile(path, secret);
    }

    /** @param what is in the file, for the message if that has more than so many bytes */
    static String read(Path path, int longest, String what) {
        try {
            if (Files.size(path) > longest) {
                throw new InvalidValueException("has more than " + longest + " bytes, too many for " + what);
            }
            return Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new InvalidValueException("is not UTF-8 text");
        } catch (IOException e) {
            throw new InvalidValueException("is not a file that can be read");
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
