package io.redisvault.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.redisvault.config.VaultConfig;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who may call what: probes and metrics are open; all else needs the token, or without one configured a caller on
 * this machine.
 */
@ApplicationScoped
class AccessFilter {

    private static final int FIRST = 1000;
    private static final Pattern OPEN = Pattern.compile("/q/(health(/.*)?|metrics)");
    private static final Pattern LOOPBACK_HOST =
            Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d+)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern LOOPBACK_ADDRESS = Pattern.compile("127(\\.\\d{1,3}){3}|::1|0:0:0:0:0:0:0:1");
    private static final Set<String> FORWARDED =
            Set.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP");

    private final Optional<String> token;
    private final boolean metrics;

    AccessFilter(VaultConfig config) {
        this.token = config.http().token();
        this.metrics = config.metrics().enabled();
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, FIRST);
    }

    private void handle(RoutingContext call) {
        String path = call.normalizedPath();
        // The original's addresses.
        if (path.equals("/metrics") || path.equals("/health")) {
            call.reroute("/q" + path);
        } else if (path.equals("/q/metrics") && !metrics) {
            refuse(call, "metrics-disabled", "Metrics are switched off", 404, "METRICS_ENABLED is false");
        } else if (OPEN.matcher(path).matches()) {
            call.next();
        } else if (token.isPresent()) {
            checkToken(call, token.get());
        } else {
            checkLoopback(call);
        }
    }

    private static void checkToken(RoutingContext call, String expected) {
        String header = call.request().getHeader("Authorization");
        String given = header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? header.substring(7).strip()
                : "";
        if (MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8))) {
            call.next();
        } else {
            call.response().putHeader("WWW-Authenticate", "Bearer");
            refuse(
                    call,
                    "unauthorized",
                    "A token is needed",
                    401,
                    "send Authorization: Bearer with the value of API_TOKEN");
        }
    }

    private static void checkLoopback(RoutingContext call) {
        HttpServerRequest request = call.request();
        String host = request.getHeader("Host");
        boolean local =
                LOOPBACK_ADDRESS.matcher(request.remoteAddress().hostAddress()).matches()
                        && FORWARDED.stream()
                                .noneMatch(name -> request.headers().contains(name))
                        && host != null
                        && LOOPBACK_HOST.matcher(host).matches();
        if (local) {
            call.next();
        } else {
            refuse(call, "forbidden", "Only callers on this machine", 403, "set API_TOKEN to let others call the API");
        }
    }

    private static void refuse(RoutingContext call, String kind, String title, int status, String detail) {
        Problem problem = Problem.of(kind, title, status, detail);
        call.response()
                .setStatusCode(status)
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(new JsonObject()
                        .put("type", problem.type())
                        .put("title", problem.title())
                        .put("status", problem.status())
                        .put("detail", problem.detail())
                        .encode());
    }
}
