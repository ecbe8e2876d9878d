package io.redisvault.storage.file;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Facts of an object: extended attributes of its file. Earlier versions wrote a file {@code .name.meta}, which is read where there
 * are no attributes.
 */
final class FileMetadata {

    private static final String VIEW = "user:";
    private static final String PREFIX = "redis-vault.";
    private static final int LARGEST_FILE = 64 * 1024;

    private FileMetadata() {}

    /** @return what was kept: nothing on a file system without such attributes */
    static Map<String, String> write(Path file, Map<String, String> facts) {
        try {
            for (Map.Entry<String, String> fact : facts.entrySet()) {
                byte[] value = fact.getValue().getBytes(StandardCharsets.UTF_8);
                Files.setAttribute(file, VIEW + PREFIX + fact.getKey(), value, LinkOption.NOFOLLOW_LINKS);
            }
            return facts;
        } catch (IOException | UnsupportedOperationException unsupported) {
            return Map.of();
        }
    }

    static Map<String, String> read(Path file) throws IOException {
        Map<String, String> facts = new HashMap<>();
        try {
            Files.readAttributes(file, VIEW + "*", LinkOption.NOFOLLOW_LINKS).forEach((name, value) -> {
                if (name.startsWith(PREFIX)) {
                    facts.put(name.substring(PREFIX.length()), new String((byte[]) value, StandardCharsets.UTF_8));
                }
            });
        } catch (IOException | UnsupportedOperationException unsupported) {
            facts.clear();
        }
        return facts.isEmpty() ? ofEarlierVersions(FilePaths.metadata(file)) : facts;
    }

    private static Map<String, String> ofEarlierVersions(Path beside) throws IOException {
        Properties facts = new Properties();
        try (FileChannel channel = FilePaths.open(beside)) {
            if (channel.size() <= LARGEST_FILE) {
                facts.load(Channels.newReader(channel, StandardCharsets.UTF_8));
            }
        } catch (NoSuchFileException | CharacterCodingException | IllegalArgumentException none) {
            return Map.of();
        }
        return facts.stringPropertyNames().stream().collect(Collectors.toMap(name -> name, facts::getProperty));
    }
}
