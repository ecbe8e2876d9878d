package io.redisvault.storage.s3;

import static io.redisvault.storage.BackupStorageContract.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.redisvault.servers.FakeS3.Answer;
import io.redisvault.servers.FakeS3.Request;
import io.redisvault.storage.StorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A start finds out that nothing can be written before the first backup does. */
class S3CheckWriteTest extends OnFakeS3 {

    private static final String PREFIX = "backups/redis-1_";

    @Test
    void writesAndRemovesAnObjectWhoseNameIsLikeABackups() {
        assertThat(result(storage.checkWrite(PREFIX))).isEmpty();

        assertThat(server.requests()).extracting(Request::method).containsExactly("DELETE", "PUT", "DELETE");
        assertThat(server.requests()).allSatisfy(request -> assertThat(request.key())
                .startsWith(PREFIX)
                .contains(":")
                .doesNotEndWith(".rdb"));
        assertThat(server.objects()).isEmpty();
    }

    @Test
    void whatAnEarlierOneLeftIsRemoved() {
        server.answer(2, request -> request.is("DELETE"), request -> Answer.error(403, "AccessDenied", "Not now"));
        server.answer(1, request -> request.is("DELETE"), server::usual);
        assertThat(result(storage.checkWrite(PREFIX))).isPresent();
        assertThat(server.objects()).hasSize(1);

        server.answer(request -> request.is("DELETE"), server::usual);
        assertThat(result(storage.checkWrite(PREFIX))).isEmpty();
        assertThat(server.objects()).isEmpty();
    }

    @Test
    void whoMayNotDeleteWritesNothing() {
        server.answer(request -> request.is("DELETE"), request -> Answer.error(403, "AccessDenied", "No"));

        assertThat(result(storage.checkWrite(PREFIX))).hasValueSatisfying(why -> assertThat(why)
                .contains("writing was not tried to its end", "s3:DeleteObject"));
        assertThat(server.objects()).isEmpty();
    }

    @Test
    void whoMayNotWriteIsTold() {
        server.answer(request -> request.is("PUT"), request -> Answer.error(403, "AccessDenied", "No"));

        assertThat(result(storage.checkWrite(PREFIX))).hasValueSatisfying(why -> assertThat(why)
                .contains("writing was not tried to its end", "s3:PutObject"));
    }

    @Test
    void aLockIsNoFailure() {
        server.answer(request -> request.is("DELETE"), request -> Answer.error(400, "ObjectLocked", "WORM"));
        server.answer(1, request -> request.is("DELETE"), server::usual);

        assertThat(result(storage.checkWrite(PREFIX)))
                .hasValueSatisfying(why -> assertThat(why).contains("kept by a lock"));
    }

    @ParameterizedTest
    @CsvSource({"400, XMinioInvalidObjectName, unsupported characters", "403, QuotaExceeded, no room left"})
    void anotherReasonIsAFailure(int status, String code, String said) {
        server.answer(
                request -> request.is("PUT"),
                request -> Answer.error(status, code, "Object name contains unsupported characters"));

        assertThatThrownBy(() -> result(storage.checkWrite(PREFIX)))
                .isInstanceOf(StorageException.Other.class)
                .hasMessageContaining(code)
                .hasMessageContaining(said);
        assertThat(server.objects()).isEmpty();
    }
}
