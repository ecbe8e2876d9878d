package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.codec.AgeDecoder;
import io.redisvault.codec.AgeKeys;
import io.redisvault.codec.Codec;
import io.redisvault.codec.ZstdDecoder;
import io.redisvault.rdb.DumpFile;
import io.redisvault.rdb.RdbVerifier;
import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.FaultyProxy;
import io.redisvault.servers.FaultyProxy.Direction;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.unchecked.Unchecked;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;
import org.awaitility.Awaitility;

/** A node with a dump, and a proxy between its sidecar and the storage. */
public final class Scene implements AutoCloseable {

    public static final long MIB = 1 << 20;

    private final Surroundings surroundings;
    private final FaultyProxy proxy;
    private final String node;
    private final Path data;
    private final BackupNaming naming;
    private final StoredForm form;
    private final AgeKeys.Pair keys = AgeKeys.generate();

    /** A node whose backups are plain. */
    public Scene(Surroundings surroundings, String node) {
        this(surroundings, node, StoredForm.PLAIN);
    }

    /** A node whose backups have that form. */
    Scene(Surroundings surroundings, String node, StoredForm form) {
        this.form = form;
        this.surroundings = surroundings;
        this.proxy = FaultyProxy.to(surroundings.s3().endpoint());
        this.node = node;
        this.naming = new BackupNaming("redis-vault", node);
        try {
            this.data = Files.createTempDirectory("rv-data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A sidecar that reaches the storage through the proxy only. */
    public VaultProcess.Builder vault() {
        VaultProcess.Builder vault = surroundings.vault();
        if (form.isCompressed()) {
            vault.and("BACKUP_COMPRESSION", "zstd");
        }
        if (form.isEncrypted()) {
            vault.and("BACKUP_AGE_RECIPIENTS", keys.recipient());
        }
        return vault.and("S3_ENDPOINT", proxy.endpoint().toString())
                .and("REDIS_NODE_NAME", node)
                .and("REDIS_DATA_PATH", data.toString());
    }

    public FaultyProxy proxy() {
        return proxy;
    }

    /** Returns when the sidecar has sent the storage so many bytes more, in all. */
    public void awaitSent(long bytes) {
        long enough = proxy.passed(Direction.TO_SERVER) + bytes;
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> proxy.passed(Direction.TO_SERVER) >= enough);
    }

    public Path dump() {
        return data.resolve("dump.rdb");
    }

    /** Puts a dump in place of the present one, the way Redis does; the same seed gives the same bytes. */
    public void newDump(long bytes, long seed, Instant modified) throws IOException {
        place(SyntheticDump.write(data.resolve("temp.rdb"), bytes, seed), modified);
    }

    /** Puts a copy of a file in place of the present dump. */
    public void newDump(Path source, Instant modified) throws IOException {
        place(Files.copy(source, data.resolve("temp.rdb"), StandardCopyOption.REPLACE_EXISTING), modified);
    }

    private void place(Path temporary, Instant modified) throws IOException {
        Files.setLastModifiedTime(temporary, FileTime.from(modified));
        Files.move(temporary, dump(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The key of a backup of a dump of that time. */
    public String key(Instant modified) {
        return naming.keyPrefix() + modified.truncatedTo(ChronoUnit.SECONDS) + form.suffix();
    }

    /** The keys of this node's visible backups, oldest first. S3Proxy's own files are not among them. */
    public List<String> backups() {
        return surroundings.s3().keys().stream()
                .filter(key -> naming.parse(key).isPresent())
                .toList();
    }

    public List<String> unfinishedUploads() {
        return surroundings.s3().unfinishedUploads().stream()
                .filter(key -> key.startsWith(naming.keyPrefix()))
                .toList();
    }

    /** The dump in an object, as a file. */
    public Path object(String key) {
        Path object = surroundings.s3().file(key);
        try {
            return form == StoredForm.PLAIN ? object : open(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path open(Path object) throws IOException {
        Multi<ByteBuffer> bytes = Multi.createFrom().item(ByteBuffer.wrap(Files.readAllBytes(object)));
        if (form.isEncrypted()) {
            Multi<ByteBuffer> sealed = bytes;
            bytes = Codec.apply(() -> new AgeDecoder(List.of(keys.identity())), sealed);
        }
        if (form.isCompressed()) {
            Multi<ByteBuffer> small = bytes;
            bytes = Codec.apply(() -> ZstdDecoder.bounded(OptionalLong.empty()), small);
        }
        try (OutputStream file = Files.newOutputStream(opened())) {
            bytes.subscribe()
                    .asStream()
                    .forEach(Unchecked.consumer(
                            chunk -> file.write(chunk.array(), chunk.position(), chunk.remaining())));
        }
        return opened();
    }

    private Path opened() {
        return data.resolve("opened.rdb");
    }

    public void assertThatAllBackupsAreWhole() throws IOException {
        for (String key : backups()) {
            try (DumpFile dump = DumpFile.open(object(key), true)) {
                new RdbVerifier(dump.facts().orElseThrow())
                        .check(dump.bytes())
                        .onItem()
                        .ignoreAsUni()
                        .await()
                        .indefinitely();
                assertThat(dump.facts().orElseThrow().checksummed()).as(key).isTrue();
            }
        }
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        Files.deleteIfExists(dump());
        Files.deleteIfExists(data.resolve("temp.rdb"));
        Files.deleteIfExists(opened());
        Files.delete(data);
    }
}
