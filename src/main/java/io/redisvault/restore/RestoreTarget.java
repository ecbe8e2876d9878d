package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.rdb.RdbHeader;
import io.redisvault.redis.ClusterNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Place where Redis finds its data when it starts.
 *
 * @param file to write, in a directory that exists
 * @param appendOnly true if the file is the append-only file of a server with {@code appendonly yes}: Redis takes a dump
 *     as the base of one
 * @param appendDirname of the server's append-only files since Redis 7; any directory with such files is one when empty
 */
public record RestoreTarget(Path file, boolean appendOnly, Optional<String> appendDirname) {

    private static final String APPEND_ONLY_FILE = "appendonly.aof";
    private static final String CLUSTER_CONFIG = "nodes.conf";

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
    public RestoreTarget in(Form form, Optional<String> filename, Optional<String> dirname, boolean force) {
        ServerConfig server = ServerConfig.in(directory());
        boolean wanted = form == Form.AUTO ? server.appendOnly().orElse(false) : form == Form.YES;
        if (!force && server.appendOnly().orElse(wanted) != wanted) {
            throw new RestoreException(
                    "%s says 'appendonly %s', so that Redis would ignore %s: leave out --append-only, or pass --force"
                            .formatted(
                                    server.file().orElseThrow(),
                                    wanted ? "no" : "yes",
                                    wanted ? "an append-only file" : "a dump"));
        }
        Optional<String> folder = dirname.or(() -> server.setting("appenddirname"));
        if (!wanted) {
            return new RestoreTarget(file, false, folder);
        }
        String name = filename.or(() -> server.setting("appendfilename")).orElse(APPEND_ONLY_FILE);
        return new RestoreTarget(directory().resolve(name), true, folder);
    }

    Path directory() {
        return file.getParent();
    }

    AppendOnlyFiles appendOnlyFiles() {
        return new AppendOnlyFiles(directory(), appendDirname);
    }

    /** Path of the data that Redis would load if it started now; empty if it would start without data. */
    public Optional<Path> existingData() {
        return holdsData() ? Optional.of(file) : appendOnlyData();
    }

    /** True if there is a file of that name, with data or without. */
    boolean exists() {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** True if there is a file of that name that holds data. */
    boolean holdsData() {
        try {
            return exists() && (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
    Optional<String> otherSlots(Backup backup) {
        Path nodes = directory()
                .resolve(ServerConfig.in(directory())
                        .setting("cluster-config-file")
                        .orElse(CLUSTER_CONFIG));
        if (backup.slots().isEmpty() || !Files.isReadable(nodes)) {
            return Optional.empty();
        }
        String slots = backup.slots().get();
        Optional<ClusterNode> node = node(nodes);
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

    private static Optional<ClusterNode> node(Path nodes) {
        try {
            return ClusterNode.of(Files.readString(nodes, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Append-only files that hold data, which Redis then loads instead of a dump. */
    Optional<Path> appendOnlyData() {
        try {
            return appendOnlyFiles().data();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
