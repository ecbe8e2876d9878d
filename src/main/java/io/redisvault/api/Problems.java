package io.redisvault.api;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupRunningException;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.storage.StorageException;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Which status and which problem stands for what. */
class Problems {

    static Response of(Failed failed) {
        return switch (failed.failure()) {
            case REDIS -> response("redis-unavailable", "Redis gives no answer", 503, failed.detail());
            case DUMP_UNREADABLE -> response("dump-unreadable", "The dump cannot be read", 500, failed.detail());
            case DUMP_CORRUPT ->
                response("dump-corrupt", "The dump is corrupt; nothing was stored", 422, failed.detail());
            case STORAGE -> response("storage-failed", "The storage failed", 502, failed.detail());
            case STOPPED -> response("stopping", "The service is stopping", 503, failed.detail());
            case INTERNAL -> response("internal", "A fault of Redis Vault", 500, failed.detail());
        };
    }

    @ServerExceptionMapper
    Response running(BackupRunningException running) {
        return response("backup-running", "A backup is running already", 409, running.getMessage());
    }

    @ServerExceptionMapper
    Response storage(StorageException failure) {
        return response("storage-failed", "The storage failed", 502, failure.getMessage());
    }

    @ServerExceptionMapper
    Response corrupt(InvalidDumpException damage) {
        return corrupt(damage.getMessage());
    }

    @ServerExceptionMapper
    Response incomplete(StorageException.Corrupt damage) {
        return corrupt(damage.getMessage());
    }

    @ServerExceptionMapper
    Response busy(ReadLimit.BusyException busy) {
        return Response.fromResponse(response("busy", "Too many backups are being read", 503, busy.getMessage()))
                .header(HttpHeaders.RETRY_AFTER, 10)
                .build();
    }

    static WebApplicationException noSuchBackup(String name) {
        return new NotFoundException(response(
                "no-such-backup",
                "There is no such backup",
                404,
                "there is no backup '" + name + "' of this node; GET /backups lists those there are"));
    }

    static WebApplicationException badParameter(String name, String value, String allowed) {
        return new BadRequestException(response(
                "bad-parameter",
                "A parameter cannot be read",
                400,
                name + " is '" + value + "', it must be " + allowed));
    }

    static Response unmet() {
        return response(
                "precondition-failed", "The backup is another one", 412, "its ETag is none of those in If-Match");
    }

    static Response notSatisfiable(Backup backup, ByteRange range) {
        return Response.fromResponse(response(
                        "range-not-satisfiable",
                        "The range lies beyond the end",
                        416,
                        backup.name() + " has " + backup.bytes() + " bytes"))
                .header("Content-Range", range.of(backup.bytes()))
                .build();
    }

    private static Response corrupt(String detail) {
        return response("backup-corrupt", "The backup is corrupt", 422, detail);
    }

    private static Response response(String kind, String title, int status, String detail) {
        return Response.status(status)
                .type(Problem.MEDIA_TYPE)
                .entity(Problem.of(kind, title, status, detail))
                .build();
    }
}
