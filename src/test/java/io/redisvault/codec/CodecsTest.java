package io.redisvault.codec;

import static io.redisvault.storage.Arrived.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.exceptionfactory.jagged.framework.format.StandardPayloadKeyWriter;
import com.github.luben.zstd.Zstd;
import io.smallrye.mutiny.Multi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a codec makes, its counterpart takes back, and nothing else. */
class CodecsTest {

    private static final int AGE_CHUNK = 64 * 1024;
    private static final AgeKeys.Pair KEYS = AgeKeys.generate();
    private static final AgeKeys.Pair OTHER = AgeKeys.generate();

    private final Random random = new Random(1);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 65_535, 65_536, 65_537, 131_072, 300_000})
    void takeBackWhatTheyMadeHoweverItArrives(int size) {
        byte[] content = content(size);
        for (int largest : new int[] {100, 70_000, 1_000_000}) {
            byte[] frame = through(() -> new ZstdEncoder(1, size), chunks(content, largest));
            assertThat(through(() -> ZstdDecoder.bounded(OptionalLong.of(size)), chunks(frame, largest)))
                    .isEqualTo(content);
            byte[] sealed =
                    through(() -> new AgeEncoder(List.of(OTHER.recipient(), KEYS.recipient())), chunks(frame, largest));
            assertThat(through(() -> new AgeDecoder(List.of(KEYS.identity())), chunks(sealed, largest)))
                    .isEqualTo(frame);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 9, 19})
    void zstdHasLevels(int level) {
        byte[] content = content(3_000_000);
        byte[] frame = through(() -> new ZstdEncoder(level, content.length), chunks(content, AGE_CHUNK));
        assertThat(frame).hasSizeLessThan(content.length * 6 / 10);
        assertThat(Zstd.decompress(frame, content.length)).isEqualTo(content);
        assertThat(through(() -> ZstdDecoder.bounded(OptionalLong.empty()), chunks(frame, 9999)))
                .isEqualTo(content);
    }

    @Test
    void aFrameThatIsCutOffOrFollowedByOtherBytesIsRefused() {
        byte[] content = content(1000);
        byte[] frame = through(() -> new ZstdEncoder(1, 1000), chunks(content, 500));
        for (int length = 0; length < frame.length; length++) {
            assertRefused(
                    () -> ZstdDecoder.bounded(OptionalLong.empty()),
                    Arrays.copyOf(frame, length),
                    "the zstd frame is cut off");
        }
        assertRefused(
                () -> ZstdDecoder.bounded(OptionalLong.empty()),
                Arrays.copyOf(frame, frame.length + 1),
                "other bytes follow the zstd frame");
        frame[frame.length - 1] ^= 1;
        assertRefused(() -> ZstdDecoder.bounded(OptionalLong.empty()), frame, "its checksum does not match");
    }

    @Test
    void aBombEndsAtTheFirstByteThatIsTooMany() {
        byte[] bomb = through(() -> new ZstdEncoder(1, 1L << 28), zeros(1L << 28));
        assertThat(bomb.length).isLessThan(100_000);
        assertRefused(
                () -> ZstdDecoder.bounded(OptionalLong.of(1000)),
                bomb,
                "says that there are 268435456 bytes instead of 1000");
        byte[] silent = through(WithoutSize::new, zeros(1L << 28));
        assertRefused(() -> ZstdDecoder.bounded(OptionalLong.of(1000)), silent, "more than the 1000 bytes");
        assertRefused(() -> ZstdDecoder.bounded(OptionalLong.empty()), silent, "tell the size of its content");
    }

    /** Compresses as a pipe does. */
    private static final class WithoutSize implements Codec {
        private final com.github.luben.zstd.ZstdCompressCtx context = new com.github.luben.zstd.ZstdCompressCtx();
        private final ByteBuffer out = ByteBuffer.allocateDirect(1 << 20);

        @Override
        public Iterable<ByteBuffer> next(ByteBuffer chunk) {
            ByteBuffer in =
                    ByteBuffer.allocateDirect(chunk.remaining()).put(chunk).flip();
            context.compressDirectByteBufferStream(out, in, com.github.luben.zstd.EndDirective.CONTINUE);
            return List.of();
        }

        @Override
        public Iterable<ByteBuffer> end() {
            context.compressDirectByteBufferStream(
                    out, ByteBuffer.allocateDirect(0), com.github.luben.zstd.EndDirective.END);
            return List.of(out.flip());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0088010000, a window of 134217728 bytes", // 17 << 3
        "00a8010000, a window of 2147483648 bytes",
        "00ff010000, a window of 4123168604160 bytes",
        "a001008000, a window of 8388609 bytes", // of a single segment
        "e0ffffffffffffffff, a window of 18446744073709551615 bytes"
    })
    void aWindowThatTakesTooMuchMemoryIsRefused(String afterMagic, String message) {
        byte[] frame = HexFormat.of().parseHex("28b52ffd" + afterMagic);
        assertRefused(ZstdDecoder::unbounded, frame, message);
        assertRefused(() -> ZstdDecoder.bounded(OptionalLong.of(100)), frame, message);
    }

    @Test
    void aFrameThatNeedsADictionaryIsRefused() {
        // The byte 07 is the dictionary's number.
        byte[] frame = HexFormat.of().parseHex("28b52ffd010007");
        assertRefused(ZstdDecoder::unbounded, frame, "the zstd frame needs a dictionary");
    }

    @Test
    void onlyOneFrameIsTaken() {
        byte[] frame = through(() -> new ZstdEncoder(1, 1000), chunks(content(1000), 500));
        byte[] skippable = HexFormat.of().parseHex("502a4d180100000000");
        Supplier<Codec> decoder = () -> ZstdDecoder.bounded(OptionalLong.of(1000));
        assertRefused(decoder, joined(List.of(frame, frame), 0, 1), "other bytes follow the zstd frame");
        assertRefused(decoder, joined(List.of(frame, skippable), 0, 1), "other bytes follow the zstd frame");
        assertRefused(decoder, joined(List.of(skippable, frame), 0, 1), "it is no zstd frame");
        assertRefused(Lz4Decoder::new, skippable, "it is no LZ4 frame");
    }

    @Test
    void anEncryptedFileOpensForItsRecipientsOnly() {
        byte[] sealed = through(() -> new AgeEncoder(List.of(KEYS.recipient())), chunks(content(1000), 100));
        assertThatExceptionOfType(AgeDecoder.WrongIdentityException.class)
                .isThrownBy(() -> through(() -> new AgeDecoder(List.of(OTHER.identity())), chunks(sealed, 100)));
        assertThat(through(() -> new AgeDecoder(List.of(OTHER.identity(), KEYS.identity())), chunks(sealed, 100)))
                .isEqualTo(content(1000));
    }

    /** The header is right, but none of our identities can be what it asks for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-> scrypt rF0/NwblUHHTpgQgRpe5CQ 18",
                "-> ssh-ed25519 xk+TSA xSh4cYHalYztTjXKULvJhGWIEp8gCSIQ/zx13jGzalw",
                "-> ssh-rsa DVtz9A",
                "-> piv-p256 Pvb13A A/zdk4Ix9Rt5zGbSsHcnpZNRvDRaVPWzJPaAlNRyoYlV",
                "-> Xbc-grease"
            })
    void aFileForOtherKindsOfKeysIsForOthers(String stanza) {
        byte[] file = ("age-encryption.org/v1\n" + stanza + "\n" + "A".repeat(43) + "\n--- " + "A".repeat(43) + "\n"
                        + "x".repeat(32))
                .getBytes(StandardCharsets.US_ASCII);
        assertThatExceptionOfType(AgeDecoder.WrongIdentityException.class)
                .isThrownBy(() ->
                        through(() -> new AgeDecoder(List.of(KEYS.identity(), OTHER.identity())), chunks(file, 100)));
        assertThat(through(() -> new AgeDecoder(List.of()), chunks(file, 100))).isEmpty();
    }

    @Test
    void anArmoredFileIsNoFileOfAge() {
        assertRefused(
                KEYS,
                "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3YxCg==\n"
                        .getBytes(StandardCharsets.US_ASCII),
                "no file of age");
    }

    @Test
    void asManyRecipientsAsAFileHoldsCanRead() {
        List<String> recipients = new ArrayList<>(Collections.nCopies(1100, OTHER.recipient()));
        recipients.add(KEYS.recipient());
        byte[] sealed = through(() -> new AgeEncoder(recipients), chunks(content(10), 10));
        assertThat(through(() -> new AgeDecoder(List.of(KEYS.identity())), chunks(sealed, 70_000)))
                .isEqualTo(content(10));
    }

    @Test
    void chunksOfAnEncryptedFileAreNeitherMissingNorSwapped() {
        byte[] content = content(4 * AGE_CHUNK);
        byte[] sealed = through(() -> new AgeEncoder(List.of(KEYS.recipient())), chunks(content, AGE_CHUNK));
        int chunk = AGE_CHUNK + 16;
        int header = sealed.length - 4 * chunk;
        List<byte[]> parts = new ArrayList<>();
        parts.add(Arrays.copyOf(sealed, header));
        IntStream.range(0, 4)
                .forEach(i -> parts.add(Arrays.copyOfRange(sealed, header + i * chunk, header + (i + 1) * chunk)));

        for (int[] order :
                new int[][] {{0, 2, 1, 3, 4}, {0, 1, 2, 3}, {0, 1, 3, 4}, {0, 1, 1, 2, 3, 4}, {0, 2, 3, 4}}) {
            assertRefused(KEYS, joined(parts, order), "not authentic");
        }
        assertRefused(KEYS, joined(parts, 0), "cut off");
        assertRefused(KEYS, Arrays.copyOf(sealed, sealed.length + 1), "not authentic");
        assertRefused(KEYS, Arrays.copyOf(sealed, sealed.length - 1), "not authentic");
        byte[] other = through(() -> new AgeEncoder(List.of(KEYS.recipient())), chunks(content, AGE_CHUNK));
        System.arraycopy(other, header, sealed, header, chunk);
        assertRefused(KEYS, sealed, "not authentic");
    }

    @Test
    void anEmptyChunkIsTheOnlyOne() throws GeneralSecurityException, IOException {
        ByteBuffer header = ByteBuffer.allocate(1000);
        Key key = new StandardPayloadKeyWriter().writeFileHeader(header, List.of(AgeKeys.writer(KEYS.recipient())));
        header.flip();
        AgeChunks chunks = new AgeChunks(Cipher.ENCRYPT_MODE, key);
        ByteBuffer full = ByteBuffer.allocate(AGE_CHUNK).position(AGE_CHUNK);
        byte[] sealed = joined(
                List.of(
                        Arrays.copyOf(header.array(), header.limit()),
                        chunks.turn(full, false).array(),
                        chunks.turn(full, true).array()),
                0,
                1,
                2);
        assertRefused(KEYS, sealed, "its last chunk is empty");
        assertRefused(() -> new AgeDecoder(List.of()), sealed, "its last chunk is empty");
    }

    @Test
    void theFormOfAnEncryptedFileIsSeenWithoutAnIdentity() {
        byte[] sealed = through(() -> new AgeEncoder(List.of(KEYS.recipient())), chunks(content(100_000), 1000));
        Supplier<Codec> blind = () -> new AgeDecoder(List.of());
        assertThat(through(blind, chunks(sealed, 1000))).isEmpty();
        assertRefused(blind, "age-encryption.org/v2\nwhatever".getBytes(), "no file of age");
        assertRefused(blind, Arrays.copyOf(sealed, 150), "cut off");
        assertRefused(blind, Arrays.copyOf(sealed, 0), "cut off");
        for (String header : List.of(
                "-> X25519 a\tb\n",
                "-> \n",
                "->\n",
                "no base64!\n",
                "A".repeat(65) + "\n",
                "--- \n",
                "--- " + "A".repeat(42) + "\n",
                "--- " + "A".repeat(44) + "\n",
                "-> X " + "A".repeat(1 << 19),
                "-> X A\n".repeat(1 << 17))) {
            byte[] damaged = ("age-encryption.org/v1\n" + header).getBytes(StandardCharsets.US_ASCII);
            assertRefused(blind, damaged, "the header of the encrypted file is damaged");
            assertRefused(KEYS, damaged, "the header of the encrypted file is damaged");
        }
    }

    @Test
    void everyBitOfASmallOneCounts() {
        byte[] content = content(40);
        byte[] sealed = through(
                () -> new AgeEncoder(List.of(KEYS.recipient())),
                List.of(ByteBuffer.wrap(through(() -> new ZstdEncoder(1, 40), chunks(content, 40)))));
        List<Integer> taken = IntStream.range(0, sealed.length * 8)
                .parallel()
                .filter(bit -> {
                    byte[] changed = sealed.clone();
                    changed[bit / 8] ^= (byte) (1 << bit % 8);
                    try {
                        byte[] opened = through(() -> new AgeDecoder(List.of(KEYS.identity())), chunks(changed, 1000));
                        through(() -> ZstdDecoder.bounded(OptionalLong.of(40)), chunks(opened, 1000));
                        return true;
                    } catch (Codec.InvalidDataException | AgeDecoder.WrongIdentityException refused) {
                        return false;
                    }
                })
                .boxed()
                .toList();
        assertThat(taken).isEmpty();
    }

    @Test
    void aStreamThatIsGivenUpIsClosed() {
        boolean[] closed = {false};
        Codec codec = new Codec() {
            @Override
            public Iterable<ByteBuffer> next(ByteBuffer chunk) {
                return List.of(chunk);
            }

            @Override
            public Iterable<ByteBuffer> end() {
                return List.of();
            }

            @Override
            public void close() {
                closed[0] = true;
            }
        };
        Codec.apply(() -> codec, Multi.createFrom().items(ByteBuffer.allocate(1), ByteBuffer.allocate(1)))
                .select()
                .first(1)
                .onItem()
                .ignoreAsUni()
                .await()
                .atMost(Duration.ofSeconds(10));
        assertThat(closed[0]).isTrue();
    }

    private static void assertRefused(AgeKeys.Pair keys, byte[] bytes, String message) {
        assertRefused(() -> new AgeDecoder(List.of(keys.identity())), bytes, message);
    }

    private static void assertRefused(Supplier<? extends Codec> codec, byte[] bytes, String message) {
        assertThatExceptionOfType(Codec.InvalidDataException.class)
                .isThrownBy(() -> through(codec, List.of(ByteBuffer.wrap(bytes))))
                .withMessageContaining(message);
    }

    private static byte[] joined(List<byte[]> parts, int... order) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        Arrays.stream(order).forEach(part -> joined.writeBytes(parts.get(part)));
        return joined.toByteArray();
    }

    /** Half of it can be compressed. */
    private static byte[] content(int size) {
        byte[] content = new byte[size];
        Random bytes = new Random(size);
        for (int at = 0; at < size; at++) {
            content[at] = (byte) (at / 100 % 2 == 0 ? bytes.nextInt() : at % 7);
        }
        return content;
    }

    private static Iterable<ByteBuffer> zeros(long size) {
        byte[] zeros = new byte[1 << 20];
        return () -> IntStream.range(0, (int) (size >> 20))
                .mapToObj(i -> ByteBuffer.wrap(zeros))
                .iterator();
    }

    private List<ByteBuffer> chunks(byte[] bytes, int largest) {
        List<ByteBuffer> chunks = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(random.nextInt(largest + 1), bytes.length - at);
            chunks.add(ByteBuffer.wrap(bytes, at, length));
            at += length;
        }
        return chunks;
    }

    private static byte[] through(Supplier<? extends Codec> codec, Iterable<ByteBuffer> chunks) {
        return bytes(Codec.apply(codec, Multi.createFrom().iterable(chunks)));
    }

    @Test
    void saysWhenTheLibraryOfZstdCannotBeLoaded() {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> ZstdDecoder.withLibrary(() -> {
                    throw new UnsatisfiedLinkError("/tmp/libzstd.so: failed to map segment from shared object");
                }))
                .havingCause()
                .withMessageStartingWith("zstd's library cannot be loaded")
                .satisfies(said -> assertThat(said.getMessage()).doesNotContain("libzstd.so"));
    }
}
