package io.redisvault.api;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.configuration.MemorySize;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupRunner.BackupRunningException;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.restore.RestoreException;
import io.redisvault.storage.StorageException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Locale;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Maps each failure to its status and problem. */
public class Problems {

    private static final Logger LOG = Logger.getLogger(Problems.class);
    private static final String UNANSWERABLE = "this is no request that can be answered";
    /** Quarkus refuses large bodies at -2, without a word. */
    private static final int BEFORE_QUARKUS = -3;

    static Response of(Failed failed) {
        return switch (failed.reason()) {
            case REDIS -> response("redis-unavailable", "Redis gives no answer", 503, failed.detail());
            case DUMP_UNREADABLE -> response("dump-unreadable", "The dump cannot be read", 500, failed.detail());
            case DUMP_CORRUPT ->
                response("dump-corrupt", "The dump is corrupt; nothing was stored", 422, failed.detail());
            case STORAGE -> response("storage-failed", "The storage failed", 502, failed.detail());
            case STOPPED -> response("stopping", "The service is stopping", 503, failed.detail());
            default -> response("internal", "A fault of Redis Vault", 500, failed.detail());
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

    @ServerExceptionMapper({InvalidDumpException.class, StorageException.Corrupt.class})
    Response corrupt(RuntimeException damage) {
        return response("backup-corrupt", "The backup is corrupt", 422, damage.getMessage());
    }

    @ServerExceptionMapper
    Response sealed(RestoreException wrongIdentity) {
        return response("backup-sealed", "The backup cannot be decrypted", 422, wrongIdentity.getMessage());
    }

    @ServerExceptionMapper
    Response busy(ReadLimit.BusyException busy) {
        return Response.fromResponse(response("busy", "Too many backups are being read", 503, busy.getMessage()))
                .header(HttpHeaders.RETRY_AFTER, 10)
                .build();
    }

    /** Unknown paths, wrong methods and what else no resource is asked for; also a {@code 304}, which is no error. */
    @ServerExceptionMapper
    Response refused(WebApplicationException refusal, UriInfo uri) {
        int status = refusal.getResponse().getStatus();
        return switch (status) {
            case 404 ->
                response(Problem.of(status, "there is no " + uri.getPath() + "; GET /q/openapi says what there is"));
            case 405 -> {
                String allowed = allowed(uri.getPath());
                yield Response.fromResponse(response(Problem.of(status, "use " + allowed)))
                        .header(HttpHeaders.ALLOW, allowed)
                        .build();
            }
            case 406 ->
                response(Problem.of(status, "nothing here is of a type that Accept allows; leave that header out"));
            default -> status < 400 ? refusal.getResponse() : response(Problem.of(status, UNANSWERABLE));
        };
    }

    private static String allowed(String path) {
        if (path.endsWith("/verify")) {
            return "POST";
        }
        return path.equals("/backup") ? "GET, HEAD, POST" : "GET, HEAD";
    }

    @ServerExceptionMapper
    Response fault(Throwable fault) {
        LOG.error("a call failed", fault);
        return response("internal", "A fault of Redis Vault", 500, "its log says more");
    }

    /** Errors before any resource is looked for, such as a request without {@code Host}. */
    void answerFailures(@Observes Router router) {
        long most = ConfigProvider.getConfig()
                .getValue("quarkus.http.limits.max-body-size", MemorySize.class)
                .asLongValue();
        router.route().order(BEFORE_QUARKUS).handler(call -> {
            String length = call.request().getHeader("Content-Length");
            if (length != null && Long.parseLong(length) > most) {
                call.addEndHandler(sent -> call.request().connection().close());
                Problem.of(413, "no call needs a body; leave it out").answer(call);
            } else {
                call.next();
            }
        });
        router.route().failureHandler(Problems::failed);
    }

    private static void failed(RoutingContext call) {
        int status = call.statusCode();
        if (call.response().headWritten() || status < 400) {
            call.next();
        } else if (status < 500) {
            Problem.of(status, UNANSWERABLE).answer(call);
        } else {
            LOG.error("a call failed", call.failure());
            Problem.of("internal", "A fault of Redis Vault", 500, "its log says more")
                    .answer(call);
        }
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

    static WebApplicationException preconditionFailed() {
        return new ClientErrorException(response(
                "precondition-failed", "The backup is another one", 412, "its ETag is none of those in If-Match"));
    }

    static WebApplicationException notSatisfiable(Backup backup, ByteRange range) {
        return new ClientErrorException(Response.fromResponse(response(
                        "range-not-satisfiable",
                        "The range lies beyond the end",
                        416,
                        backup.name() + " has " + backup.bytes() + " bytes"))
                .header("Content-Range", range.of(backup.bytes()))
                .build());
    }

    private static Response response(String kind, String title, int status, String detail) {
        return response(Problem.of(kind, title, status, detail));
    }

    private static Response response(Problem problem) {
        return Response.status(problem.status())
                .type(Problem.MEDIA_TYPE)
                .entity(problem)
                .build();
    }

    /**
     * An error, as RFC 9457 has it.
     *
     * @param type names the kind of problem for programs and never changes
     */
    @RegisterForReflection
    public record Problem(String type, String title, int status, String detail) {

        static final String MEDIA_TYPE = "application/problem+json";

        static Problem of(String kind, String title, int status, String detail) {
            return new Problem("urn:redis-vault:problem:" + kind, title, status, detail);
        }

        /** A problem of which the status says all, such as {@code not-found}. */
        static Problem of(int status, String detail) {
            String reason = HttpResponseStatus.valueOf(status).reasonPhrase();
            return of(reason.toLowerCase(Locale.ROOT).replace(' ', '-'), reason, status, detail);
        }

        /** Answers a call that reaches no resource. */
        void answer(RoutingContext call) {
            call.response().setStatusCode(status).putHeader("Content-Type", MEDIA_TYPE);
            call.json(this);
        }
    }
}
