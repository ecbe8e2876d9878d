package io.redisvault.config;

import static io.redisvault.config.ValueFormat.require;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses durations like the Rust version's humantime: {@code 30s}, {@code 1h 30m}, {@code 2days}, {@code 1month}. */
public final class HumanDuration {

    private static final Pattern SPAN = Pattern.compile("([0-9]+)\\s*([a-zA-Zµ]+)\\s*");
    private static final String FORMS = "; write 30s, 5m, 1h, 1d or 1h 30m";

    /** The names of each unit, and its length in seconds. */
    private static final Map<String, String> UNITS = Map.of(
            "nanos nsec ns", "1e-9",
            "micros usec us µs", "1e-6",
            "millis msec ms", "1e-3",
            "seconds second secs sec s", "1",
            "minutes minute mins min m", "60",
            "hours hour hrs hr h", "3600",
            "days day d", "86400",
            "weeks week wks wk w", "604800",
            "months month M", "2630016",
            "years year yrs yr y", "31557600");

    private HumanDuration() {}

    /** Throws {@link IllegalArgumentException}; its message says what is wrong and how to write a duration. */
    public static Duration parse(String text) {
        require(!text.matches("\\s*0*+[1-9][0-9]*\\s*"), "has no unit" + FORMS);
        // Possessive: a greedy repetition of a group fails with a StackOverflowError on a very long text.
        require(text.matches("0+|\\s*(" + SPAN + ")++"), "is not a duration" + FORMS);
        BigDecimal seconds = BigDecimal.ZERO;
        for (Matcher span = SPAN.matcher(text); span.find(); ) {
            seconds = seconds.add(new BigDecimal(span.group(1)).multiply(unit(span.group(2))));
        }
        require(seconds.compareTo(unit("y").movePointRight(3)) <= 0, "is longer than 1000 years");
        return Duration.ofSeconds(
                seconds.longValue(),
                seconds.movePointRight(9).remainder(BigDecimal.TEN.pow(9)).longValue());
    }

    private static BigDecimal unit(String name) {
        return UNITS.entrySet().stream()
                .filter(unit -> List.of(unit.getKey().split(" ")).contains(name))
                .findFirst()
                .map(unit -> new BigDecimal(unit.getValue()))
                .orElseThrow(() -> new ValueFormat.InvalidValueException("is not a duration" + FORMS));
    }
}
