package io.redisvault.drill;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The program to load dumps with. */
public final class RedisServerBinary {

    private static final List<String> NAMES = List.of("redis-server", "valkey-server");

    private RedisServerBinary() {}

    /** The first one in the directories of a search path, such as that of the environment. */
    public static Optional<Path> find(String searchPath) {
        return Stream.of(searchPath.split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
                .filter(RedisServerBinary::runs)
                .findFirst();
    }

    /** True if this is a program. */
    public static boolean runs(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }
}
