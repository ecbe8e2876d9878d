package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * A file that holds a secret and nothing else, but may end its line. It is read when the settings are, and never again.
 * The secret does not appear in {@link #toString}.
 */
public record SecretFile(Path path, String content) {

    private static final int LONGEST = 4096;

    private static SecretFile read(String value) {
        Path path = new Converters.ReadableFile().convert(value);
        try {
            if (Files.size(path) > LONGEST) {
                throw new BadValue("has more than " + LONGEST + " bytes, too many for a secret");
            }
            String secret = Files.readString(path).replaceFirst("\\R\\z", "");
            if (secret.isEmpty()) {
                throw new BadValue("is an empty file; write the secret into it");
            }
            if (secret.chars().anyMatch(Character::isISOControl)) {
                throw new BadValue("holds more than one line, or control characters");
            }
            return new SecretFile(path, secret);
        } catch (CharacterCodingException e) {
            throw new BadValue("is not UTF-8 text", e);
        } catch (IOException e) {
            throw new BadValue("is not a file that can be read", e);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** Of Redis. */
    @RegisterForReflection
    public static final class Password implements Converter<SecretFile> {
        @Override
        public SecretFile convert(String value) {
            return read(value);
        }
    }

    /** Of the API. */
    @RegisterForReflection
    public static final class Token implements Converter<SecretFile> {
        @Override
        public SecretFile convert(String value) {
            SecretFile file = read(value);
            try {
                new Names.Token().convert(file.content());
            } catch (BadValue e) {
                throw new BadValue("holds a token that " + e.getMessage(), e);
            }
            return file;
        }
    }
}
