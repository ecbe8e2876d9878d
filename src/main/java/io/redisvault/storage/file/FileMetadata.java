package io.redisvault.storage.file;

import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Facts of an object: extended attributes of its file. Earlier versions wrote a file {@code .name.meta}, which is read where there
 * are no attributes.
 */
final class FileMetadata {

    private static final String PREFIX = "redis-vault.";
    private static final int LARGEST_FILE = 64 * 1024;

    private FileMetadata() {}

    /** @return what was kept: nothing on a file system without such attributes */
    static Map<String, String> write(Path file, Map<String, String> facts) {
        UserDefinedFileAttributeView attributes = attributes(file);
        try {
            for (Map.Entry<String, String> fact : facts.entrySet()) {
                attributes.write(PREFIX + fact.getKey(), StandardCharsets.UTF_8.encode(fact.getValue()));
            }
            return facts;
        } catch (IOException | UnsupportedOperationException unsupported) {
            return Map.of();
        }
    }

    static Map<String, String> read(Path file) throws IOException {
        Map<String, String> facts = new HashMap<>();
        UserDefinedFileAttributeView attributes = attributes(file);
        try {
            for (String name : attributes.list()) {
                if (name.startsWith(PREFIX)) {
                    ByteBuffer value = ByteBuffer.allocate(attributes.size(name));
                    attributes.read(name, value);
                    facts.put(
                            name.substring(PREFIX.length()),
                            StandardCharsets.UTF_8.decode(value.flip()).toString());
                }
            }
        } catch (IOException | UnsupportedOperationException unsupported) {
            facts.clear();
        }
        return facts.isEmpty() ? ofEarlierVersions(FilePaths.metadata(file)) : facts;
    }

    private static Map<String, String> ofEarlierVersions(Path beside) throws IOException {
        Properties facts = new Properties();
        try {
            if (FilePaths.regular(beside).size() > LARGEST_FILE) {
                return Map.of();
            }
            try (Reader reader = Channels.newReader(FilePaths.open(beside), StandardCharsets.UTF_8)) {
                facts.load(reader);
            }
        } catch (NoSuchFileException | CharacterCodingException | IllegalArgumentException none) {
            return Map.of();
        }
        return facts.stringPropertyNames().stream().collect(Collectors.toMap(name -> name, facts::getProperty));
    }

    private static UserDefinedFileAttributeView attributes(Path file) {
        return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }
}
