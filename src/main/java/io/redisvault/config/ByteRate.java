package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/** Bytes per second, such as {@code 10MiB}, {@code 500 KB} or {@code 1048576}. */
@RegisterForReflection
public final class ByteRate implements Converter<Long> {

    /** A chunk in half a second for each of two parts: with much less, the storage would take the silence for the end. */
    private static final long LEAST = 128 << 10;

    private static final Pattern RATE = Pattern.compile("([0-9]{1,12})\\s*([A-Za-z]*)");
    private static final Map<String, Long> UNITS = Map.of(
            "",
            1L,
            "B",
            1L,
            "KB",
            1_000L,
            "MB",
            1_000_000L,
            "GB",
            1_000_000_000L,
            "KiB",
            1L << 10,
            "MiB",
            1L << 20,
            "GiB",
            1L << 30);

    @Override
    public Long convert(String value) {
        Matcher rate = RATE.matcher(value);
        if (!rate.matches() || !UNITS.containsKey(rate.group(2))) {
            throw new BadValue("is not a number of bytes a second; write 10MiB, 500KiB or 1048576");
        }
        try {
            long bytes = Math.multiplyExact(Long.parseLong(rate.group(1)), UNITS.get(rate.group(2)));
            if (bytes < LEAST) {
                throw new BadValue("is less than 128KiB, the least there is");
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new BadValue("is more than any number of bytes", e);
        }
    }
}
