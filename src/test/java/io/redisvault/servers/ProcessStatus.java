package io.redisvault.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What Linux' kernel knows of a process. */
public record ProcessStatus(long pid) {

    /** Of the process that asks. */
    public static ProcessStatus own() {
        return new ProcessStatus(ProcessHandle.current().pid());
    }

    /** A line of {@code /proc/PID/status}; memory is in KiB. */
    long value(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many file descriptors are open, sockets included. */
    long openFiles() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return descriptors.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many of them are of files or directories below one. */
    public long openFilesBelow(Path directory) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return descriptors
                    .filter(descriptor -> {
                        try {
                            return Files.readSymbolicLink(descriptor).startsWith(directory);
                        } catch (IOException closedMeanwhile) {
                            return false;
                        }
                    })
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
