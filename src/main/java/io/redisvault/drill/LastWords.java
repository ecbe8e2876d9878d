package io.redisvault.drill;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What a server said last. */
final class LastWords {

    private static final int BYTES = 4096;
    private static final int LINES = 8;

    private LastWords() {}

    /** The last lines of its output, behind a colon, each on a line of its own; empty if there are none. */
    static String of(Path output) {
        try (FileChannel channel = FileChannel.open(output)) {
            long start = Math.max(0, channel.size() - BYTES);
            ByteBuffer end = ByteBuffer.allocate((int) (channel.size() - start));
            while (end.hasRemaining() && channel.read(end, start + end.position()) >= 0) {
                // Until it is full, or the file ends.
            }
            List<String> lines = StandardCharsets.UTF_8
                    .decode(end.flip())
                    .toString()
                    .lines()
                    .map(line -> line.replaceAll("\\p{Cntrl}", " ").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
            return lines.isEmpty()
                    ? ""
                    : lines.subList(Math.max(0, lines.size() - LINES), lines.size()).stream()
                            .collect(Collectors.joining("\n  ", ":\n  ", ""));
        } catch (IOException e) {
            return ", and what it said cannot be read: " + e;
        }
    }
}
