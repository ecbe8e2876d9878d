package io.redisvault.restore;

import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.rdb.RdbHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
 */
public record RestoreTarget(Path file, boolean appendOnly) {

    private static final String APPEND_ONLY_FILE = "appendonly.aof";

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
            return new RestoreTarget(absolute.resolve(dumpFilename), false);
        }
        Path directory = absolute.getParent();
        boolean isFile = absolute.toString().endsWith(".rdb") || absolute.endsWith(dumpFilename);
        if (!isFile || directory == null || !Files.isDirectory(directory)) {
            throw new RestoreException("there is no directory " + (isFile ? directory : absolute)
                    + "; mount it, create it, or correct --to" + (isFile ? "" : ", where a file's name ends in .rdb"));
        }
        return new RestoreTarget(absolute, false);
    }

    /**
     * The target in the form that is asked for.
     *
     * @param filename of the append-only file; the server's, else {@code appendonly.aof}, when empty
     * @param force takes also the form that the server would ignore
     * @throws RestoreException if the server would ignore it
     */
    public RestoreTarget in(Form form, Optional<String> filename, boolean force) {
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
        if (!wanted) {
            return this;
        }
        String name = filename.or(() -> server.setting("appendfilename")).orElse(APPEND_ONLY_FILE);
        return new RestoreTarget(directory().resolve(name), true);
    }

    Path directory() {
        return file.getParent();
    }

    AppendOnlyFiles appendOnlyFiles() {
        return new AppendOnlyFiles(directory());
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

    /** Append-only files that hold data, which Redis then loads instead of a dump. */
    Optional<Path> appendOnlyData() {
        try {
            return appendOnlyFiles().data();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
