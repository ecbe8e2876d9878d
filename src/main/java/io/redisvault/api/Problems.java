package io.redisvault.api;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.configuration.MemorySize;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupRunner.BackupRunningException;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.restore.RestoreException;
import io.redisvault.storage.StorageException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Locale;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Maps every error to an HTTP status and an RFC 9457 problem. */
public class Problems {

    /**
     * The body of an error response, as in RFC 9457.
     *
     * @param type identifies the kind of problem for programs; never changes
     */
    @RegisterForReflection
    public record Problem(String type, String title, int status, String detail) {

        static final String MEDIA_TYPE = "application/problem+json";

        static Problem of(String kind, String title, int status, String detail) {
            return new Problem("urn:redis-vault:problem:" + kind, title, status, detail);
        }

        /** A problem named after its status, for example {@code not-found}. */
        static Problem of(int status, String detail) {
            String reason = HttpResponseStatus.valueOf(status).reasonPhrase();
            return of(reason.toLowerCase(Locale.ROOT).replace(' ', '-'), reason, status, detail);
        }

        static Problem noSuchBackup(String name) {
            return of(
                    "no-such-backup",
                    "There is no such backup",
                    404,
                    "there is no backup '" + name + "' of this node; GET /backups lists those there are");
        }

        static Problem notFound(String path) {
            return of(404, "there is no " + path + "; GET /q/openapi says what there is");
        }

        /** Sends this problem as the answer of a call that does not reach a resource. */
        void answer(RoutingContext call) {
            call.response().setStatusCode(status).putHeader("Content-Type", MEDIA_TYPE);
            call.json(this);
        }

        Response response() {
            return builder().build();
        }

        Response response(String header, Object value) {
            return builder().header(header, value).build();
        }

        WebApplicationException exception() {
            return new WebApplicationException(response());
        }

        private Response.ResponseBuilder builder() {
            return Response.status(status).type(MEDIA_TYPE).entity(this);
        }
    }

    private static final Logger LOG = Logger.getLogger(Problems.class);
    private static final String UNANSWERABLE = "this is no request that can be answered";
    private static final Problem FAULT = Problem.of("internal", "A fault of Redis Vault", 500, "its log says more");
    /** Route order. Quarkus refuses large bodies at -2, with an empty answer. */
    private static final int BEFORE_QUARKUS = -3;

    static Problem of(Failed failed) {
        String detail = failed.detail();
        return switch (failed.reason()) {
            case REDIS -> Problem.of("redis-unavailable", "Redis gives no answer", 503, detail);
            case DUMP_UNREADABLE -> Problem.of("dump-unreadable", "The dump cannot be read", 500, detail);
            case DUMP_CORRUPT -> Problem.of("dump-corrupt", "The dump is corrupt; nothing was stored", 422, detail);
            case STORAGE -> Problem.of("storage-failed", "The storage failed", 502, detail);
            case STOPPED -> Problem.of("stopping", "The service is stopping", 503, detail);
            default -> Problem.of("internal", "A fault of Redis Vault", 500, detail);
        };
    }

    @ServerExceptionMapper
    Response running(BackupRunningException running) {
        return Problem.of("backup-running", "A backup is running already", 409, running.getMessage())
                .response();
    }

    @ServerExceptionMapper
    Response storage(StorageException failure) {
        return Problem.of("storage-failed", "The storage failed", 502, failure.getMessage())
                .response();
    }

    @ServerExceptionMapper({InvalidDumpException.class, StorageException.Corrupt.class})
    Response corrupt(RuntimeException damage) {
        return Problem.of("backup-corrupt", "The backup is corrupt", 422, damage.getMessage())
                .response();
    }

    @ServerExceptionMapper
    Response sealed(RestoreException wrongIdentity) {
        return Problem.of("backup-sealed", "The backup cannot be decrypted", 422, wrongIdentity.getMessage())
                .response();
    }

    @ServerExceptionMapper
    Response busy(ReadLimit.BusyException busy) {
        return Problem.of("busy", "Too many backups are being read", 503, busy.getMessage())
                .response(HttpHeaders.RETRY_AFTER, 10);
    }

    /** Unknown paths, wrong methods and other bad requests. Passes on a {@code 304}, which is not an error. */
    @ServerExceptionMapper
    Response refused(WebApplicationException refusal, UriInfo uri) {
        int status = refusal.getResponse().getStatus();
        String path = uri.getPath().replaceFirst("(?<=.)/+$", "");
        if (status == 405) {
            String allowed =
                    path.equals("/backup") ? "GET, HEAD, POST" : path.endsWith("/verify") ? "POST" : "GET, HEAD";
            return Problem.of(status, "use " + allowed).response(HttpHeaders.ALLOW, allowed);
        }
        return switch (status) {
            case 404 -> Problem.notFound(uri.getPath()).response();
            case 406 ->
                Problem.of(status, "nothing here is of a type that Accept allows; leave that header out")
                        .response();
            default ->
                status < 400
                        ? refusal.getResponse()
                        : Problem.of(status, UNANSWERABLE).response();
        };
    }

    @ServerExceptionMapper
    Response fault(Throwable fault) {
        LOG.error("a call failed", fault);
        return FAULT.response();
    }

    /** Answers errors that come before a resource is chosen, for example a request without {@code Host}. */
    void answerFailures(@Observes Router router) {
        long maxBody = ConfigProvider.getConfig()
                .getValue("quarkus.http.limits.max-body-size", MemorySize.class)
                .asLongValue();
        router.route().order(BEFORE_QUARKUS).handler(call -> {
            String length = call.request().getHeader("Content-Length");
            if (length != null && Long.parseLong(length) > maxBody) {
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
            FAULT.answer(call);
        }
    }
}
