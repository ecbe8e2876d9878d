package io.redisvault.restore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What the configuration file beside the data says of them, as far as there is one. */
record ServerConfig(Optional<Path> file, Map<String, String> settings) {

    static ServerConfig in(Path directory) {
        return Stream.of("redis.conf", "valkey.conf")
                .map(directory::resolve)
                .filter(Files::isReadable)
                .findFirst()
                .map(ServerConfig::read)
                .orElse(new ServerConfig(Optional.empty(), Map.of()));
    }

    private static ServerConfig read(Path file) {
        Map<String, String> settings = new HashMap<>();
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            lines.map(line -> line.strip().split("\\s+", 2))
                    .filter(words -> words.length == 2)
                    .forEach(words ->
                            settings.put(words[0].toLowerCase(Locale.ROOT), words[1].replaceAll("^[\"']|[\"']$", "")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ServerConfig(Optional.of(file), settings);
    }

    /** Empty if it is not known. */
    Optional<Boolean> appendOnly() {
        return setting("appendonly").map(value -> value.equalsIgnoreCase("yes"));
    }

    Optional<String> setting(String name) {
        return Optional.ofNullable(settings.get(name));
    }
}
