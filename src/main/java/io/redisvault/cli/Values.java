package io.redisvault.cli;

import io.redisvault.config.Settings;
import io.redisvault.restore.FileOwner;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the values of options. */
final class Values {

    private static final String AGO = "ago";

    /** The permissions of a file. */
    record FileMode(Set<PosixFilePermission> permissions) {}

    /** The name of a node, as the settings allow it. */
    record NodeName(String text) {}

    private Values() {}

    static void register(CommandLine commandLine) {
        commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Instant.class, reading(Values::time))
                .registerConverter(Duration.class, reading(Settings::duration))
                .registerConverter(NodeName.class, reading(text -> new NodeName(Settings.nodeName(text))))
                .registerConverter(FileMode.class, reading(Values::fileMode))
                .registerConverter(FileOwner.class, reading(FileOwner::parse));
    }

    private static <T> ITypeConverter<T> reading(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' " + e.getMessage());
            }
        };
    }

    /** Reads a time as people write it; without an offset it is UTC. */
    static Instant time(String text) {
        String stripped = text.strip();
        if (stripped.endsWith(AGO)) {
            String duration = stripped.substring(0, stripped.length() - AGO.length());
            return Instant.now().minus(Settings.duration(duration.strip()));
        }
        return Stream.<Function<String, Instant>>of(
                        Instant::parse,
                        local -> LocalDateTime.parse(local.replace(' ', 'T')).toInstant(ZoneOffset.UTC),
                        date -> LocalDate.parse(date).atStartOfDay().toInstant(ZoneOffset.UTC))
                .flatMap(parser -> parsed(parser, stripped))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "is not a time; write 2026-11-28, 2026-11-28T14:00, 2026-11-28T14:00:00Z or '2h ago'"));
    }

    private static Stream<Instant> parsed(Function<String, Instant> parser, String text) {
        try {
            return Stream.of(parser.apply(text));
        } catch (DateTimeParseException e) {
            return Stream.empty();
        }
    }

    /** Reads three octal digits, such as {@code 640}, with or without a 0 before them. */
    static FileMode fileMode(String text) {
        if (!text.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("is not a file mode such as 640");
        }
        int bits = Integer.parseInt(text, 8);
        // The constants are declared from the highest bit to the lowest.
        Set<PosixFilePermission> permissions = EnumSet.allOf(PosixFilePermission.class);
        permissions.removeIf(permission -> (bits & 0400 >> permission.ordinal()) == 0);
        return new FileMode(permissions);
    }
}
