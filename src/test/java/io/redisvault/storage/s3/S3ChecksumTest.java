package io.redisvault.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.FakeS3.Answer;
import io.redisvault.storage.StoredChecksum;
import io.redisvault.storage.TestContent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** Checksums in answers of servers. They count only where it is clear which bytes they are of. */
class S3ChecksumTest extends OnFakeS3 {

    private static final byte[] BYTES = new byte[20 << 20];
    private static final long SIZE = BYTES.length;

    /** Three parts of zeros, and the whole. */
    private static final String OF_PARTS = "JlToMw==-3";

    private static final String OF_WHOLE = "OHc0Fw==";
    private static final String MD5_OF_PARTS = "\"5452e5568d20a60209babc69a7b95911-3\"";
    private static final String MD5_OF_WHOLE = "\"8f4e33f3dc3e414ff94e5fb6905cba8c\"";

    @Test
    void isComparedIfItIsOfAllBytesOrOfPartsOfOurSize() {
        assertHolds("CRC-32", head(OF_PARTS, MD5_OF_PARTS));
        assertHolds("CRC-32", head(OF_PARTS, "\"of another form\""));
        assertHolds("CRC-32", head(OF_WHOLE, MD5_OF_WHOLE));
        assertHolds("CRC-32", head(OF_WHOLE, MD5_OF_PARTS).checksumType(ChecksumType.FULL_OBJECT));
        assertHolds("MD5 of its ETag", head(null, MD5_OF_WHOLE));
        assertHolds("MD5 of its ETag", head(null, MD5_OF_PARTS));
    }

    @Test
    void isLeftAloneIfItIsNotClearWhatItIsOf() {
        // The one without the number of parts may be of these.
        assertHolds("MD5 of its ETag", head(OF_WHOLE, MD5_OF_PARTS));
        for (HeadObjectResponse.Builder unclear : new HeadObjectResponse.Builder[] {
            head(null, null),
            head(null, "\"of another form\""),
            head("JlToMw==-4", "\"5452e5568d20a60209babc69a7b95911-4\""),
            head(null, MD5_OF_WHOLE).serverSideEncryption(ServerSideEncryption.AWS_KMS),
            head(null, MD5_OF_PARTS).contentLength(0L)
        }) {
            HeadObjectResponse head = unclear.build();
            assertThat(S3Checksum.told(head, head.contentLength())).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 501})
    void isTheETagOfAServerThatRefusesToBeAskedForOthers(int status) {
        Duration patience = Duration.ofSeconds(30);
        storage.put("key", new TestContent(1, 1000).content(), Map.of()).await().atMost(patience);
        server.answer(
                request -> request.headers().containsKey("x-amz-checksum-mode"),
                request -> new Answer(status, Map.of(), ""));

        StoredChecksum checksum =
                storage.checksum("key").await().atMost(patience).orElseThrow();
        storage.read("key", 0, 1000)
                .invoke(checksum::update)
                .onItem()
                .ignoreAsUni()
                .await()
                .atMost(patience);

        assertThat(checksum.name()).isEqualTo("MD5 of its ETag");
        assertThat(checksum.difference()).isEmpty();
    }

    private static HeadObjectResponse.Builder head(String crc32, String tag) {
        return HeadObjectResponse.builder()
                .contentLength(SIZE)
                .checksumCRC32(crc32)
                .eTag(tag);
    }

    private static void assertHolds(String name, HeadObjectResponse.Builder head) {
        for (int first : new int[] {0, 1}) {
            StoredChecksum checksum = S3Checksum.told(head.build(), SIZE).orElseThrow();
            assertThat(checksum.name()).isEqualTo(name);
            checksum.update(ByteBuffer.wrap(new byte[] {(byte) first}));
            checksum.update(ByteBuffer.wrap(BYTES, 1, BYTES.length - 1));
            Optional<String> difference = checksum.difference();
            assertThat(difference.isPresent()).isEqualTo(first == 1);
        }
    }
}
