package io.redisvault.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as humantime of the Rust version reads them: {@code 30s}, {@code 1h 30m}, {@code 2days}, {@code 1month}. */
public final class HumanDuration {

    private static final Pattern SPAN = Pattern.compile("([0-9]+)\\s*([a-zA-Zµ]+)");
    private static final Map<String, Duration> UNITS = new HashMap<>();
    private static final Duration LONGEST = Duration.ofHours(1000 * 8766);

    static {
        name(Duration.ofNanos(1), "nanos nsec ns");
        name(Duration.ofNanos(1_000), "micros usec us µs");
        name(Duration.ofMillis(1), "millis msec ms");
        name(Duration.ofSeconds(1), "seconds second secs sec s");
        name(Duration.ofMinutes(1), "minutes minute mins min m");
        name(Duration.ofHours(1), "hours hour hrs hr h");
        name(Duration.ofDays(1), "days day d");
        name(Duration.ofDays(7), "weeks week wks wk w");
        name(Duration.ofSeconds(2_630_016), "months month M");
        name(Duration.ofHours(8766), "years year yrs yr y");
    }

    private HumanDuration() {}

    private static void name(Duration unit, String names) {
        for (String name : names.split(" ")) {
            UNITS.put(name, unit);
        }
    }

    /** Throws {@link IllegalArgumentException} with what is wrong. */
    public static Duration parse(String text) {
        if (text.matches("0+")) {
            return Duration.ZERO;
        }
        if (text.matches("\\s*[0-9]+\\s*")) {
            throw new InvalidValueException("has no unit; write 30s, 5m, 1h, 1d or 1h 30m");
        }
        Matcher spans = SPAN.matcher(text);
        boolean units = spans.results().allMatch(span -> UNITS.containsKey(span.group(2)));
        if (text.isBlank() || !units || !spans.replaceAll("").matches("\\s*")) {
            throw new InvalidValueException("is not a duration; write 30s, 5m, 1h, 1d or 1h 30m");
        }
        try {
            Duration total = Duration.ZERO;
            for (spans.reset(); spans.find(); ) {
                total = total.plus(UNITS.get(spans.group(2)).multipliedBy(Long.parseLong(spans.group(1))));
            }
            if (total.compareTo(LONGEST) <= 0) {
                return total;
            }
        } catch (NumberFormatException | ArithmeticException tooLarge) {
            // Said below.
        }
        throw new InvalidValueException("is longer than 1000 years");
    }
}
