package io.redisvault.cli;

import io.redisvault.config.Settings;
import io.redisvault.restore.FileOwner;
import java.time.Duration;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How commands and options are read. Not in the class of {@code main}: the JVM looks for what a class hands over and throws
 * before it runs, and would open all jars up to the parser's at each start.
 */
final class Options {

    private Options() {}

    static int execute(String... args) {
        return new CommandLine(new RedisVault())
                .registerConverter(Duration.class, reading(Settings::duration))
                .registerConverter(NodeName.class, reading(text -> new NodeName(Settings.nodeName(text))))
                .registerConverter(FileMode.class, reading(FileMode::parse))
                .registerConverter(FileOwner.class, reading(FileOwner::parse))
                .execute(args);
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
}
