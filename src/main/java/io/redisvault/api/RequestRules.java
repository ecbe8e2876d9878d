package io.redisvault.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;

/**
 * What a request must look like, whoever sends it. What two servers could read in two ways is refused, and its
 * connection closed, so that nothing can be smuggled past a proxy.
 */
@ApplicationScoped
class RequestRules {

    /** Before anything else sees the request. */
    private static final int FIRST = 2000;

    private static final int MOST_BODY_BYTES = 16 << 10;
    private static final String SEEN = RequestRules.class.getName();

    void register(@Observes Filters filters) {
        filters.register(this::handle, FIRST);
    }

    private void handle(RoutingContext call) {
        // A rerouted call comes here again.
        if (call.get(SEEN) != null) {
            call.next();
            return;
        }
        call.put(SEEN, true);
        Optional<ClientConnection> connection =
                ClientConnection.of(call.request().connection());
        if (connection.filter(ClientConnection::isOver).isPresent()) {
            return;
        }
        connection.ifPresent(client -> {
            client.met();
            call.addEndHandler(ended -> client.answered());
        });
        if (!isWellFormed(call)) {
            connection.ifPresent(ClientConnection::end);
            call.request().connection().close();
        } else {
            call.next();
        }
    }

    /** Refuses what is not. */
    private static boolean isWellFormed(RoutingContext call) {
        HttpServerRequest request = call.request();
        if (!isOfKnownVersion(request)) {
            return false;
        }
        int hosts = request.headers().getAll("Host").size();
        if (!request.uri().startsWith("/")) {
            return refuse(call, "bad-request", "Not a request to this server", 400, "the target must be a path");
        }
        if (hosts > 1 || hosts == 0 && request.version() == HttpVersion.HTTP_1_1) {
            return refuse(call, "bad-request", "Not one Host", 400, "send one Host header");
        }
        if (request.headers().contains("")) {
            return refuse(call, "bad-request", "A header without a name", 400, "leave it out");
        }
        if (request.headers().contains("Transfer-Encoding")) {
            return refuse(
                    call, "length-required", "A body without a length", 411, "no call needs a body; leave it out");
        }
        return bodyBytes(request) <= MOST_BODY_BYTES
                || refuse(call, "body-too-large", "The body is too large", 413, "no call needs a body; leave it out");
    }

    /** Vert.x hangs up on those of other versions, but only when it is asked for the version. */
    private static boolean isOfKnownVersion(HttpServerRequest request) {
        try {
            return request.version() != null;
        } catch (IllegalStateException hungUp) {
            return false;
        }
    }

    /** Netty has refused what is not a number. */
    private static long bodyBytes(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length == null ? 0 : Long.parseLong(length);
    }

    private static boolean refuse(RoutingContext call, String kind, String title, int status, String detail) {
        call.response().putHeader("Connection", "close");
        Refusal.send(call, Problem.of(kind, title, status, detail));
        return false;
    }
}
