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
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * An object's metadata, kept in extended attributes of its file. Earlier versions wrote a file {@code .name.meta},
 * which is read if there are no attributes.
 */
final class FileMetadata {

    private static final String VIEW = "user:";
    private static final String PREFIX = "redis-vault.";
    /** Does not start with {@link #PREFIX}, so it is not part of the caller's metadata. */
    private static final String CRC32C = "redis-vault-crc32c";

    private static final int LARGEST_FILE = 64 * 1024;

    private FileMetadata() {}

    /**
     * @param crc32c of the file's bytes, in Base64
     * @return the metadata kept; empty if the file system has no extended attributes
     */
    static Map<String, String> write(Path file, Map<String, String> facts, String crc32c) {
        try {
            for (Map.Entry<String, String> fact : facts.entrySet()) {
                write(file, PREFIX + fact.getKey(), fact.getValue());
            }
            write(file, CRC32C, crc32c);
            return facts;
        } catch (IOException | UnsupportedOperationException unsupported) {
            return Map.of();
        }
    }

    private static void write(Path file, String name, String value) throws IOException {
        Files.setAttribute(file, VIEW + name, value.getBytes(StandardCharsets.UTF_8), LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns the CRC32C of the file's bytes when it was written; empty if none was kept. */
    static Optional<String> crc32c(Path file) {
        try {
            byte[] value = (byte[]) Files.getAttribute(file, VIEW + CRC32C, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new String(value, StandardCharsets.UTF_8));
        } catch (IOException | UnsupportedOperationException none) {
            return Optional.empty();
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
