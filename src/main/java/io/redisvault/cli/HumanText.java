package io.redisvault.cli;

import io.redisvault.backup.Backup;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Formats sizes, times and backups for people. */
final class HumanText {

    private static final List<String> UNITS = List.of("KiB", "MiB", "GiB", "TiB", "PiB", "EiB");

    private HumanText() {}

    /** A size such as {@code 1.2 GiB}. */
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double amount = bytes / 1024.0;
        int unit = 0;
        // 1023.95 would be rounded to 1024.0.
        while (amount >= 1023.95) {
            amount /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", amount, UNITS.get(unit));
    }

    /** A duration in its two largest units, such as {@code 3h 12m}. */
    static String time(Duration duration) {
        if (duration.toDays() > 0) {
            return duration.toDays() + "d " + duration.toHoursPart() + "h";
        }
        if (duration.toHours() > 0) {
            return duration.toHours() + "h " + duration.toMinutesPart() + "m";
        }
        return duration.toMinutes() > 0
                ? duration.toMinutes() + "m " + duration.toSecondsPart() + "s"
                : Math.max(0, duration.toSeconds()) + "s";
    }

    static String age(Instant time, Instant now) {
        return time(Duration.between(time, now));
    }

    /** A time such as {@code 2026-11-28 14:00:00Z}. */
    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ');
    }

    /** A table with a line of headings; each column is as wide as its longest cell. */
    static String table(List<String> heading, List<List<String>> rows) {
        List<List<String>> lines =
                Stream.concat(Stream.of(heading), rows.stream()).toList();
        String format = IntStream.range(0, heading.size())
                .map(column -> lines.stream()
                        .mapToInt(line -> line.get(column).length())
                        .max()
                        .orElseThrow())
                .mapToObj(width -> "%-" + width + "s")
                .collect(Collectors.joining("  "));
        return lines.stream()
                .map(line -> format.formatted(line.toArray()).stripTrailing())
                .collect(Collectors.joining(System.lineSeparator()));
    }

    static String keys(long number) {
        return number + (number == 1 ? " key" : " keys");
    }

    /** A backup such as {@code 1.2 GiB, redis 7.4.1, RDB version 12, CRC-64 e9c6d914c4b8d9ca verified}. */
    static String backup(Backup backup) {
        return dump(backup)
                + backup.slots()
                        .map(slots -> ", slots " + slots + " of a cluster")
                        .orElse("");
    }

    private static String dump(Backup backup) {
        Backup.Rdb rdb = backup.rdb();
        String size = bytes(backup.size())
                + (backup.size() == backup.bytes() ? "" : " (stored as " + bytes(backup.bytes()) + ")");
        if (rdb == null) {
            return size + ", unverified";
        }
        return "%s, %s, RDB version %d, %s".formatted(size, rdb.producer(), rdb.version(), verified(rdb));
    }

    private static String verified(Backup.Rdb rdb) {
        if (rdb.verified()) {
            return rdb.checksum() == null
                    ? "checksums of its compression verified"
                    : "CRC-64 " + rdb.checksum() + " verified";
        }
        return rdb.checksum() == null ? "no checksum, so unverified" : "unverified";
    }
}
