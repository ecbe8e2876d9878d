package io.redisvault.api;

import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupRunningException;
import io.redisvault.storage.StorageException;
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

    private static Response response(String kind, String title, int status, String detail) {
        return Response.status(status)
                .type(Problem.MEDIA_TYPE)
                .entity(Problem.of(kind, title, status, detail))
                .build();
    }
}
