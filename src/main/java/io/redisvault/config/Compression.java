package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How dumps are compressed.
 *
 * @param level of zstd, from 1 to 19; 0 if they are not
 */
@RegisterForReflection
public record Compression(int level) {

    private static final Pattern ZSTD = Pattern.compile("zstd(?::([1-9]|1[0-9]))?");

    public static Compression of(String text) {
        Matcher zstd = ZSTD.matcher(text);
        if (text.equals("none")) {
            return new Compression(0);
        }
        if (!zstd.matches()) {
            throw new InvalidValueException("is not none, zstd, or zstd with a level, zstd:1 to zstd:19");
        }
        return new Compression(zstd.group(1) == null ? 1 : Integer.parseInt(zstd.group(1)));
    }
}
