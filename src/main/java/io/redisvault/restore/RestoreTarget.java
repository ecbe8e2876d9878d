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
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Place where Redis finds its data when it starts.
 *
 * @param file to write, in a directory that exists
 * @param appendOnly true if the file is the append-only file of a server with {@code appendonly yes}: Redis takes a dump
 *     as the base of one
 * @param appendDirname of the server's append-only files since Redis 7; any directory with such files is one when empty
 */
public record RestoreTarget(Path file, boolean appendOnly, Optional<String> appendDirname) {

    private static final String APPEND_ONLY = "appendonly";

    /** Form of the restored data. */
    public enum Form {
        /** The one that the server's configuration file beside the data asks for, else a dump. */
        AUTO,
        /** The append-only file. */
        YES,
        /** A dump. */
        NO
    }

    /**
     * The target that a path means: the file of that path, or in the directory of that path one of the given name.
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
     * The target in the form that is asked for.
     *
     * @param filename of the append-only file; the server's, else {@code appendonly.aof}, when empty
     * @param dirname of the server's append-only files; the server's, else any, when empty
     * @param force takes also the form that the server would ignore
     * @throws RestoreException if the server would ignore it
     */
    public RestoreTarget in(Form form, Optional<String> filename, Optional<String> dirname, boolean force)
            throws IOException {
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
        Optional<String> folder = dirname.or(() -> Optional.ofNullable(server.get("appenddirname")));
        String name = filename.orElse(server.getOrDefault("appendfilename", "appendonly.aof"));
        return new RestoreTarget(wanted ? directory().resolve(name) : file, wanted, folder);
    }

    private Optional<Path> serverConfig() {
        return Stream.of("redis.conf", "valkey.conf")
                .map(directory()::resolve)
                .filter(Files::isReadable)
                .findFirst();
    }

    /** What the configuration file beside the data says, as far as there is one. */
    private Map<String, String> serverSettings() throws IOException {
        Optional<Path> config = serverConfig();
        String text = config.isPresent() ? Files.readString(config.get(), StandardCharsets.ISO_8859_1) : "";
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

    /** Path of the data that Redis would load if it started now; empty if it would start without data. */
    public Optional<Path> existingData() throws IOException {
        return holdsData() ? Optional.of(file) : appendOnlyFiles().data();
    }

    /** True if there is a file of that name, with data or without. */
    boolean exists() {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** True if there is a file of that name that holds data. */
    boolean holdsData() throws IOException {
        return exists() && (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > 0);
    }

    /** The server that wrote the dump of that name, such as {@code redis 7.4.1}. */
    Optional<String> writer() {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        ByteBuffer head = ByteBuffer.allocate(RdbHeader.MAX_LENGTH);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            channel.read(head);
            RdbHeader header = RdbHeader.parse(head.flip(), channel.size());
            return header.producerVersion().map(version -> header.producer() + " " + version);
        } catch (IOException | InvalidDumpException noDump) {
            return Optional.empty();
        }
    }

    /** The reason why the cluster's node in this directory would not keep the backup; empty if it would, or is not known. */
    Optional<String> otherSlots(Backup backup) throws IOException {
        Path nodes = directory().resolve(serverSettings().getOrDefault("cluster-config-file", "nodes.conf"));
        if (backup.slots().isEmpty() || !Files.isReadable(nodes)) {
            return Optional.empty();
        }
        String slots = backup.slots().get();
        Optional<ClusterNode> node = ClusterNode.of(Files.readString(nodes, StandardCharsets.ISO_8859_1));
        if (node.filter(ClusterNode::replica).isPresent()) {
            return Optional.of(nodes + " says that this node is a replica in its cluster, which takes all data"
                    + " from its master when it starts: restore into the master's directory");
        }
        // One without any takes those whose keys it finds, unless others have them.
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
