package io.redisvault.config;

import java.math.BigInteger;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as the original's humantime reads them: {@code 30s}, {@code 1h 30m}, {@code 2days}, {@code 1month}. */
final class HumanDuration {

    private static final Pattern SPANS = Pattern.compile("\\s*([0-9]+\\s*[a-zA-Zµ]+\\s*)+");
    private static final Pattern SPAN = Pattern.compile("([0-9]+)\\s*([a-zA-Zµ]+)");
    private static final Map<String, Duration> UNITS = units();

    /**
     * More is a typing error, and would overflow once added to a date. Not with multipliedBy, for which JDK 25 computes tables
     * of large numbers at the start.
     */
    private static final Duration LONGEST =
            Duration.ofSeconds(1000 * UNITS.get("year").toSeconds());

    private HumanDuration() {}

    static Duration parse(String text) {
        if (text.matches("0+")) {
            return Duration.ZERO;
        }
        if (text.matches("\\s*[0-9]+\\s*")) {
            throw new BadValue("has no unit; write 30s, 5m, 1h, 1d or 1h 30m");
        }
        if (!SPANS.matcher(text).matches()) {
            throw notADuration();
        }
        BigInteger nanos = BigInteger.ZERO;
        Matcher span = SPAN.matcher(text);
        while (span.find()) {
            Duration unit = UNITS.get(span.group(2));
            if (unit == null) {
                throw notADuration();
            }
            nanos = nanos.add(new BigInteger(span.group(1)).multiply(nanosOf(unit)));
        }
        if (nanos.compareTo(nanosOf(LONGEST)) > 0) {
            throw new BadValue("is longer than 1000 years");
        }
        BigInteger[] seconds = nanos.divideAndRemainder(BigInteger.valueOf(1_000_000_000));
        return Duration.ofSeconds(seconds[0].longValueExact(), seconds[1].longValueExact());
    }

    private static BadValue notADuration() {
        return new BadValue("is not a duration; write 30s, 5m, 1h, 1d or 1h 30m");
    }

    private static BigInteger nanosOf(Duration duration) {
        return BigInteger.valueOf(duration.getSeconds())
                .multiply(BigInteger.valueOf(1_000_000_000))
                .add(BigInteger.valueOf(duration.getNano()));
    }

    private static Map<String, Duration> units() {
        Map<String, Duration> units = new HashMap<>();
        name(units, Duration.ofNanos(1), "nanos nsec ns");
        name(units, Duration.ofNanos(1_000), "micros usec us µs");
        name(units, Duration.ofMillis(1), "millis msec ms");
        name(units, Duration.ofSeconds(1), "seconds second secs sec s");
        name(units, Duration.ofMinutes(1), "minutes minute mins min m");
        name(units, Duration.ofHours(1), "hours hour hrs hr h");
        name(units, Duration.ofDays(1), "days day d");
        name(units, Duration.ofDays(7), "weeks week wks wk w");
        name(units, Duration.ofSeconds(2_630_016), "months month M");
        name(units, Duration.ofSeconds(31_557_600), "years year yrs yr y");
        return units;
    }

    private static void name(Map<String, Duration> units, Duration unit, String names) {
        for (String name : names.split(" ")) {
            units.put(name, unit);
        }
    }
}
