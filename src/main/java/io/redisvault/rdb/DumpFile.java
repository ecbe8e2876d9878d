package io.redisvault.rdb;

import io.smallrye.mutiny.Multi;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A dump file that is opened once. Redis may rename a new dump over its path at any time; size, time, summary and every
 * byte still come from the opened file.
 */
public final class DumpFile implements Closeable {

    static final int CHUNK = 64 * 1024;
    private static final int ATTEMPTS = 20;
    private static final int MAX_FILES_NAMED = 3;

    private static final String NOT_SAVED =
            "Redis has not saved yet, or saves elsewhere, as CONFIG GET dir tells: correct REDIS_DATA_PATH then";

    private final FileChannel channel;
    private final long size;
    private final Instant modified;
    private final long footer;
    private final boolean enclosed;
    private final Optional<RdbSummary> facts;

    private DumpFile(FileChannel channel, BasicFileAttributes opened, boolean verify) throws IOException {
        this.channel = channel;
        this.size = opened.size();
        this.modified = opened.lastModifiedTime().toInstant();
        this.footer = size < RdbSummary.FOOTER_LENGTH
                ? 0
                : tail(RdbSummary.FOOTER_LENGTH).order(ByteOrder.LITTLE_ENDIAN).getLong();
        this.enclosed = Envelope.isAround(read(0, (int) Math.min(Envelope.MAGIC_LENGTH, size)));
        this.facts = verify ? Optional.of(enclosed ? summaryOfEnvelope() : summaryOfPlainDump()) : Optional.empty();
    }

    /** Decompresses only as far as the header of the dump. */
    private RdbSummary summaryOfEnvelope() throws IOException {
        Envelope envelope = new Envelope();
        try {
            PlainDump dump = new PlainDump(RdbVerifier.UNKNOWN_SIZE);
            long at = 0;
            for (; at < size && dump.position() < RdbHeader.MAX_LENGTH; at = Math.min(size, at + CHUNK)) {
                envelope.open(read(at, (int) Math.min(CHUNK, size - at)), dump::accept);
            }
            if (at == size) {
                envelope.end(dump::accept);
            }
            return envelope.around(dump.header(), size);
        } finally {
            envelope.close();
        }
    }

    private RdbSummary summaryOfPlainDump() throws IOException {
        RdbHeader header = RdbHeader.parse(read(0, (int) Math.min(RdbHeader.MAX_LENGTH, size)), size);
        return RdbSummary.of(header, tail(RdbSummary.TAIL_LENGTH), size);
    }

    /**
     * Opens a dump; blocks for a few small reads.
     *
     * @param verify whether to check its header and its end
     * @throws NoSuchFileException if there is no such file
     * @throws IOException if it cannot be opened, is not a regular file, or is replaced at each attempt to open it
     * @throws InvalidDumpException if {@code verify} is set, and header and end are not those of a complete dump
     */
    public static DumpFile open(Path path, boolean verify) throws IOException {
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Optional<DumpFile> opened = tryToOpen(path, verify);
                if (opened.isPresent()) {
                    return opened.get();
                }
            }
        } catch (AccessDeniedException denied) {
            throw DeniedAccess.explain(path, denied);
        }
        throw new FileSystemException(
                path.toString(), null, "it changed at each of %d attempts to open it".formatted(ATTEMPTS));
    }

    /**
     * Says why there is no dump, and names other dumps in its directory.
     *
     * @throws FileSystemException if the directory is also missing
     */
    public static String whyMissing(Path dump) throws IOException {
        Path directory = dump.toAbsolutePath().getParent();
        if (!Files.isDirectory(directory)) {
            throw new FileSystemException(
                    directory.toString(), null, "there is no such directory; correct REDIS_DATA_PATH");
        }
        if (Files.isSymbolicLink(dump)) {
            return dump + " is a link to " + oneLine(Files.readSymbolicLink(dump))
                    + ", which does not exist here; mount that, too";
        }
        try (Stream<Path> files = Files.list(directory)) {
            String others = files.map(file -> oneLine(file.getFileName()))
                    .filter(name -> name.endsWith(".rdb") && !name.matches("temp-.*"))
                    .sorted()
                    .limit(MAX_FILES_NAMED)
                    .collect(Collectors.joining(", "));
            return dump + " does not exist; "
                    + (others.isEmpty() ? NOT_SAVED : "there is " + others + ": correct DUMP_FILENAME");
        } catch (AccessDeniedException mayNotBeListed) {
            return dump + " does not exist; " + NOT_SAVED;
        }
    }

    private static String oneLine(Path name) {
        return name.toString().replaceAll("\\p{Cntrl}", "?");
    }

    /**
     * Java reads the attributes of a path, not of an open file, and Redis may rename another file over the path. So the
     * attributes before and after opening must agree. Empty if they do not.
     */
    private static Optional<DumpFile> tryToOpen(Path path, boolean verify) throws IOException {
        BasicFileAttributes before = attributes(path);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            if (isSame(before, attributes(path)) && channel.size() == before.size()) {
                return Optional.of(new DumpFile(channel, before, verify));
            }
        } catch (NoSuchFileException deletedMeanwhile) {
            // The next attempt says whether it is gone for good.
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new FileSystemException(
                    path.toString(), null, attributes.isDirectory() ? "it is a directory" : "it is no regular file");
        }
        return attributes;
    }

    private static boolean isSame(BasicFileAttributes a, BasicFileAttributes b) {
        return Objects.equals(a.fileKey(), b.fileKey())
                && a.lastModifiedTime().equals(b.lastModifiedTime())
                && a.size() == b.size();
    }

    /** Size in bytes. */
    public long size() {
        return size;
    }

    /** When the opened file was last written, as precisely as the file system stores it. */
    public Instant modified() {
        return modified;
    }

    /** The last eight bytes, which are the CRC-64; 0 if the server wrote none. */
    public long footer() {
        return footer;
    }

    /** True if it ends with a checksum, so that a dump with another end is another dump. */
    public boolean endsWithChecksum() {
        return footer != 0 && (!enclosed || facts.filter(RdbSummary::sealed).isPresent());
    }

    /** True if the server compressed the dump as a whole. */
    public boolean isEnclosed() {
        return enclosed;
    }

    /** Summary from its header and end; empty if the dump was opened without {@code verify}. */
    public Optional<RdbSummary> facts() {
        return facts;
    }

    /**
     * All bytes in order, in chunks of 64 KiB, each read when it is requested. Fails with {@link InvalidDumpException},
     * before the last bytes pass, if the file shrinks or grows meanwhile, and with {@link UncheckedIOException} if it
     * cannot be read.
     *
     * <p>Reads on the thread that requests a chunk, so that must be a worker. It then need not wait for another thread.
     */
    public Multi<ByteBuffer> bytes() {
        return Multi.createFrom().generator(() -> 0L, (position, emitter) -> {
            if (position == size) {
                emitter.complete();
                return position;
            }
            try {
                ByteBuffer chunk = chunk(position);
                // Computed before the receiver moves the chunk's position.
                long next = position + chunk.remaining();
                emitter.emit(chunk);
                return next;
            } catch (IOException e) {
                emitter.fail(new UncheckedIOException(e));
                return position;
            }
        });
    }

    private ByteBuffer chunk(long position) throws IOException {
        ByteBuffer chunk = read(position, (int) Math.min(CHUNK, size - position));
        long now = channel.size();
        if (position + chunk.remaining() == size && now != size) {
            throw new InvalidDumpException("the dump %s while it was read: it has %d bytes now, it had %d"
                    .formatted(now < size ? "shrank" : "grew", now, size));
        }
        return chunk;
    }

    private ByteBuffer tail(int length) throws IOException {
        return read(size - length, length);
    }

    private ByteBuffer read(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new InvalidDumpException("the dump shrank while it was read: it ends before offset %d, not at %d"
                        .formatted(offset + length, size));
            }
        }
        return bytes.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
