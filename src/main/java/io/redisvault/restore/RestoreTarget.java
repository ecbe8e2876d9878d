package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.rdb.RdbHeader;
import io.redisvault.redis.ClusterNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The file that a restore writes, from which Redis loads its data at its next start.
 *
 * @param file the file, in an existing directory
 * @param appendOnly true if the file is the append-only file of a server with {@code appendonly yes}: Redis accepts a
 *     dump as the start of one
 * @param appendDirname name of the subdirectory for append-only files since Redis 7; if empty, any that holds such files
 */
public record RestoreTarget(Path file, boolean appendOnly, Optional<String> appendDirname) {

    private static final String APPEND_ONLY = "appendonly";

    /** Form of the restored data. */
    public enum Form {
        /** Follows redis.conf or valkey.conf in the directory; a dump if there is none. */
        AUTO,
        /** The append-only file. */
        YES,
        /** A dump. */
        NO
    }

    /**
     * The target for a path: if the path is a directory, the dump in it, else the file itself.
     *
     * @throws RestoreException if there is no such directory
     */
    public static RestoreTarget at(Path path, String dumpFilename) {
        Path absolute = path.toAbsolutePath().normalize();
        if (Files.isDirectory(absolute)) {
            return new RestoreTarget(absolute.resolve(dumpFilename), false, Optional.empty());
        }
        Path directory = absolute.getParent();
        boolean isFile = absolute.toString().endsWith(".rdb") || absolute.endsWith(dumpFilename);
        if (!isFile || directory == null || !Files.isDirectory(directory)) {
            throw new RestoreException("there is no directory " + (isFile ? directory : absolute)
                    + "; mount it, create it, or correct --to" + (isFile ? "" : ", where a file's name ends in .rdb"));
        }
        return new RestoreTarget(absolute, false, Optional.empty());
    }

    /**
     * This target in the requested form.
     *
     * @param filename name of the append-only file; if empty, as in redis.conf, else {@code appendonly.aof}
     * @param dirname name of the subdirectory for append-only files; if empty, as in redis.conf, else any
     * @param force whether to allow a form or name that the server would ignore
     * @throws RestoreException if the server would ignore this form or name
     */
    public RestoreTarget in(Form form, Optional<String> filename, Optional<String> dirname, boolean force)
            throws IOException {
        // Data that are there are not replaced without force, so their names do not matter.
        boolean careful = !force && existingData().isEmpty();
        Optional<Path> unreadable = serverConfig().filter(config -> !Files.isReadable(config));
        if (careful && form == Form.AUTO && unreadable.isPresent()) {
            throw new RestoreException(
                    unreadable.get() + " cannot be read, and it says what Redis loads: let this process"
                            + " read it, or say it with --append-only yes or no");
        }
        Map<String, String> server = serverSettings();
        boolean configured = "yes".equalsIgnoreCase(server.get(APPEND_ONLY));
        boolean wanted = form == Form.YES || form == Form.AUTO && configured;
        if (!force && server.containsKey(APPEND_ONLY) && configured != wanted) {
            throw new RestoreException(
                    "%s says 'appendonly %s', so that Redis would ignore %s: leave out --append-only, or pass --force"
                            .formatted(
                                    serverConfig().orElseThrow(),
                                    wanted ? "no" : "yes",
                                    wanted ? "an append-only file" : "a dump"));
        }
        String ours = file.getFileName().toString();
        String dump = server.getOrDefault("dbfilename", ours);
        if (careful && !wanted && !ours.equals(dump)) {
            throw new RestoreException(
                    "%s says 'dbfilename %s', so that Redis would ignore %s: correct DUMP_FILENAME or --to, or pass --force"
                            .formatted(serverConfig().orElseThrow(), dump, file));
        }
        Optional<String> folder = dirname.or(() -> Optional.ofNullable(server.get("appenddirname")));
        String name = filename.orElse(server.getOrDefault("appendfilename", "appendonly.aof"));
        return new RestoreTarget(wanted ? inDirectory(name) : file, wanted, folder);
    }

    private Path inDirectory(String name) {
        try {
            Path path = directory().resolve(name);
            if (directory().equals(path.getParent()) && path.normalize().equals(path)) {
                return path;
            }
        } catch (InvalidPathException invalid) {
            // Refused like a name that leads to another directory.
        }
        throw new RestoreException("the append-only file cannot have the name '" + name
                + "': correct --append-filename, or appendfilename in redis.conf");
    }

    private Optional<Path> serverConfig() {
        return Stream.of("redis.conf", "valkey.conf")
                .map(directory()::resolve)
                // Reading a pipe would block.
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** Settings of redis.conf or valkey.conf in the directory; empty if there is none that can be read. */
    private Map<String, String> serverSettings() throws IOException {
        Optional<Path> config = serverConfig().filter(Files::isReadable);
        // Unlike Files.readString, this does not fail if some bytes are not UTF-8.
        String text = config.isPresent() ? new String(Files.readAllBytes(config.get()), StandardCharsets.UTF_8) : "";
        return text.lines()
                .map(line -> line.strip().split("\\s+", 2))
                .filter(words -> words.length == 2)
                .collect(Collectors.toMap(
                        words -> words[0].toLowerCase(Locale.ROOT),
                        words -> words[1].replaceAll("^[\"']|[\"']$", ""),
                        (earlier, last) -> last));
    }

    Path directory() {
        return file.getParent();
    }

    AppendOnlyFiles appendOnlyFiles() {
        return new AppendOnlyFiles(directory(), appendDirname);
    }

    /** Path of the data that Redis would load now; empty if it would start empty. */
    public Optional<Path> existingData() throws IOException {
        return holdsData() ? Optional.of(file) : appendOnlyFiles().data();
    }

    /** True if the file exists, even without data. */
    boolean exists() {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** True if the file exists and is not empty. Anything but a regular file counts as data. */
    boolean holdsData() throws IOException {
        return exists() && (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > 0);
    }

    /** The server that wrote the existing dump, such as {@code redis 7.4.1}; empty if there is none that can be read. */
    Optional<String> writer() {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        ByteBuffer head = ByteBuffer.allocate(RdbHeader.MAX_LENGTH);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            channel.read(head);
            return Optional.of(RdbHeader.parse(head.flip(), channel.size()).producer());
        } catch (IOException | InvalidDumpException noDump) {
            return Optional.empty();
        }
    }

    /** Why the cluster node in this directory would not keep the backup's keys; empty if it would, or if that is unknown. */
    Optional<String> otherSlots(Backup backup) throws IOException {
        Path nodes = directory().resolve(serverSettings().getOrDefault("cluster-config-file", "nodes.conf"));
        if (backup.slots().isEmpty() || !Files.isRegularFile(nodes) || !Files.isReadable(nodes)) {
            return Optional.empty();
        }
        String slots = backup.slots().get();
        Optional<ClusterNode> node = ClusterNode.of(Files.readString(nodes, StandardCharsets.ISO_8859_1));
        if (node.filter(ClusterNode::replica).isPresent()) {
            return Optional.of(nodes + " says that this node is a replica in its cluster, which takes all data"
                    + " from its master when it starts: restore into the master's directory");
        }
        // A fresh node takes over the slots of the keys that it finds, unless other nodes have them.
        return node.filter(other -> !other.fresh() && !other.slots().equals(slots))
                .map(other ->
                        "%s has slots %s of its cluster, but %s says that this node has %s, and it drops or hides keys of others: restore it into the node of its slots"
                                .formatted(
                                        backup.name(),
                                        slots,
                                        nodes,
                                        other.slots().isEmpty() ? "none" : other.slots()));
    }
}
