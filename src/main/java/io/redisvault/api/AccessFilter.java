package io.redisvault.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.redisvault.api.Problems.Problem;
import io.redisvault.config.VaultConfig;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides who may call the API. Probes and metrics are open to all. Everything else needs the token, or, if none is
 * configured, a caller on this machine.
 */
@ApplicationScoped
class AccessFilter {

    private static final int BEFORE_OTHER_FILTERS = 1000;

    private static final Pattern OPEN = Pattern.compile("/q/(health(/.*)?|metrics)");
    /** Quarkus answers "up" for any other group of checks, too, and with a fault if it has no name. */
    private static final Pattern KNOWN = Pattern.compile("/q/(health/(live|ready|started|group/backup)/?|metrics)");

    private static final String LOOPBACK = "(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d+)?";
    private static final Pattern LOOPBACK_HOST = Pattern.compile(LOOPBACK, Pattern.CASE_INSENSITIVE);
    private static final Pattern LOOPBACK_ORIGIN = Pattern.compile("https?://" + LOOPBACK, Pattern.CASE_INSENSITIVE);
    private static final Pattern LOOPBACK_ADDRESS = Pattern.compile("127(\\.\\d{1,3}){3}|::1|0:0:0:0:0:0:0:1");
    /** Headers that a proxy adds: the proxy may be on this machine while its caller is not. */
    private static final Pattern FORWARDED =
            Pattern.compile("Forwarded|Via|X-Forwarded.*|X-Real-IP", Pattern.CASE_INSENSITIVE);

    private final Optional<String> token;
    private final boolean metrics;

    AccessFilter(VaultConfig config) {
        this.token = config.http().token();
        this.metrics = config.metrics().enabled();
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, BEFORE_OTHER_FILTERS);
    }

    private void handle(RoutingContext call) {
        String path = call.normalizedPath();
        if (path.equals("/metrics")) {
            // Path of the Rust version, like /health below.
            call.reroute("/q/metrics");
        } else if (path.matches("(/q)?/health/?")) {
            // Quarkus would list the same check three times here, once for each probe.
            call.reroute("/q/health/live");
        } else if (path.equals("/q/metrics") && !metrics) {
            Problem.of("metrics-disabled", "Metrics are switched off", 404, "METRICS_ENABLED is false")
                    .answer(call);
        } else if (KNOWN.matcher(path).matches()) {
            allowRead(call);
        } else if (OPEN.matcher(path).matches()) {
            Problem.notFound(path).answer(call);
        } else if (token.isPresent() && path.equals("/")) {
            // The page has no secrets and asks for the token.
            call.next();
        } else if (token.isPresent()) {
            checkToken(call, token.get());
        } else {
            checkLoopback(call);
        }
    }

    /** Refuses other methods than GET and HEAD: Quarkus answers them all on these paths. */
    private static void allowRead(RoutingContext call) {
        HttpMethod method = call.request().method();
        if (method == HttpMethod.GET || method == HttpMethod.HEAD) {
            call.next();
        } else {
            call.response().putHeader("Allow", "GET, HEAD");
            Problem.of(405, "use GET").answer(call);
        }
    }

    private static void checkToken(RoutingContext call, String expected) {
        // Reject duplicates: a proxy may have checked the other one.
        List<String> headers = call.request().headers().getAll("Authorization");
        String header = headers.size() == 1 ? headers.get(0) : "";
        String sent = header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? header.substring(7).strip()
                : "";
        if (MessageDigest.isEqual(sent.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8))) {
            call.next();
        } else {
            call.response().putHeader("WWW-Authenticate", "Bearer");
            Problem.of(
                            "unauthorized",
                            "A token is needed",
                            401,
                            "send Authorization: Bearer with the value of API_TOKEN")
                    .answer(call);
        }
    }

    private static void checkLoopback(RoutingContext call) {
        HttpServerRequest request = call.request();
        List<String> hosts = request.headers().getAll("Host");
        // Browsers send Origin when a page of another site makes them post.
        String origin = request.getHeader("Origin");
        boolean local =
                LOOPBACK_ADDRESS.matcher(request.remoteAddress().hostAddress()).matches()
                        && request.headers().names().stream()
                                .noneMatch(name -> FORWARDED.matcher(name).matches())
                        && hosts.size() == 1
                        && LOOPBACK_HOST.matcher(hosts.get(0)).matches()
                        && (origin == null || LOOPBACK_ORIGIN.matcher(origin).matches());
        if (local) {
            call.next();
        } else {
            Problem.of("forbidden", "Only callers on this machine", 403, "set API_TOKEN to let others call the API")
                    .answer(call);
        }
    }
}
