package io.redisvault.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3MultipartUploadTest {

    private static final long MIB = 1L << 20;

    /** In MiB; the last is the largest object there may be. */
    @ParameterizedTest
    @CsvSource({"9, 8, 2", "256, 8, 32", "512, 16, 32", "1024, 32, 32", "8192, 32, 256", "5242880, 525, 10000"})
    void partsAreFewAndSmall(long object, long part, long parts) {
        long size = S3MultipartUpload.partSize(object * MIB);

        assertThat((size + MIB - 1) / MIB).isEqualTo(part);
        assertThat((object * MIB + size - 1) / size).isEqualTo(parts);
    }
}
