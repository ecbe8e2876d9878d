package io.redisvault.cli;

import io.redisvault.VaultVersion;
import io.redisvault.config.HumanDuration;
import io.redisvault.config.Settings;
import io.redisvault.restore.LiveRestore;
import io.redisvault.restore.Restore;
import io.redisvault.restore.RestoreException;
import io.redisvault.storage.FileErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Sets picocli up: it parses our types of values, and turns failures into one line and an exit code. */
final class CommandLines {

    private static final String AGO = "ago";

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendPattern("[XXX]")
            .optionalEnd()
            .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
            .parseDefaulting(ChronoField.OFFSET_SECONDS, 0)
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    /** Permissions of a file. A type of its own, because picocli chooses converters by type. */
    record FileMode(Set<PosixFilePermission> permissions) {}

    /** Name of a node; the same names are valid as in the settings. */
    record NodeName(String text) {}

    private CommandLines() {}

    static CommandLine of(RedisVault vault, IFactory factory) {
        CommandLine commandLine = new CommandLine(vault, factory);
        Stream.concat(Stream.of(commandLine), commandLine.getSubcommands().values().stream())
                .forEach(command -> command.getCommandSpec().version("redis-vault " + VaultVersion.CURRENT));
        return commandLine
                // An argument may begin with @, as the name of a node can.
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Path.class, converter(CommandLines::path))
                .registerConverter(Instant.class, converter(CommandLines::time))
                .registerConverter(Duration.class, converter(HumanDuration::parse))
                .registerConverter(NodeName.class, converter(text -> new NodeName(Settings.nodeName(text))))
                .registerConverter(FileMode.class, converter(CommandLines::fileMode))
                .registerConverter(Restore.Owner.class, converter(Restore.Owner::parse))
                .registerConverter(LiveRestore.ListenAddress.class, converter(LiveRestore.ListenAddress::parse))
                .setParameterExceptionHandler(CommandLines::wrongUsage)
                .setExecutionExceptionHandler(CommandLines::failed);
    }

    private static <T> ITypeConverter<T> converter(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' " + e.getMessage());
            }
        };
    }

    static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is no path, or the locale cannot express it; set LC_ALL=C.UTF-8");
        }
    }

    /** Reads a date, a time or {@code 2h ago}; without an offset it is UTC. */
    static Instant time(String text) {
        String stripped = text.strip();
        if (stripped.endsWith(AGO)) {
            String duration = stripped.substring(0, stripped.length() - AGO.length());
            return Instant.now().minus(HumanDuration.parse(duration.strip())).truncatedTo(ChronoUnit.SECONDS);
        }
        try {
            return TIME.parse(stripped.replace(' ', 'T'), Instant::from);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "is not a time; write 2026-11-28, 2026-11-28T14:00, 2026-11-28T14:00:00Z or '2h ago'");
        }
    }

    /** Reads three octal digits such as {@code 640}, also with a leading 0. */
    static FileMode fileMode(String text) {
        if (!text.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("is not a file mode such as 640");
        }
        int bits = Integer.parseInt(text, 8);
        // The enum's constants go from the highest bit to the lowest.
        Set<PosixFilePermission> permissions = EnumSet.allOf(PosixFilePermission.class);
        permissions.removeIf(permission -> (bits & 0400 >> permission.ordinal()) == 0);
        return new FileMode(permissions);
    }

    private static int wrongUsage(ParameterException failure, String... args) {
        return tell(
                failure instanceof UnmatchedArgumentException unmatched
                        // Without a value, which may be a secret.
                        ? "'" + unmatched.getUnmatched().get(0).replaceFirst("(?s)^(-[^=]*)=.*", "$1")
                                + "' is unknown; " + allowed(failure.getCommandLine())
                        : failure.getMessage(),
                RedisVault.WRONG_USAGE);
    }

    private static String allowed(CommandLine commandLine) {
        CommandSpec command = commandLine.getCommandSpec();
        List<String> allowed = new ArrayList<>(command.subcommands().keySet());
        command.positionalParameters().forEach(parameter -> allowed.add(parameter.paramLabel()));
        command.options().stream()
                .filter(option -> !option.hidden())
                .forEach(option -> allowed.add(option.longestName()));
        return command.qualifiedName() + " takes " + String.join(", ", allowed);
    }

    private static int failed(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        Exception cause = failure instanceof UncheckedIOException file ? file.getCause() : failure;
        if (cause instanceof IOException file) {
            return tell(FileErrors.text(file), RedisVault.FAILED);
        }
        if (RestoreException.isExplained(failure)) {
            boolean nothing = failure instanceof RestoreException.NoBackup;
            return tell(failure.getMessage(), nothing ? RedisVault.NOTHING_TO_DO : RedisVault.FAILED);
        }
        throw failure;
    }

    private static int tell(String failure, int exitCode) {
        VaultCommand.error(failure);
        return exitCode;
    }
}
