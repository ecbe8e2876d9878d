package io.redisvault.api;

import static io.redisvault.api.HostileRequest.HOST;
import static io.redisvault.api.HostileRequest.bytes;
import static io.redisvault.api.HostileRequest.of;

import java.util.Locale;
import java.util.stream.Stream;

/** Requests that the service refuses, and how. */
final class HostileRequests {

    static final String TOKEN = "Hostile-Test-Token-0123456789";
    private static final String RIGHT = "Authorization: Bearer " + TOKEN;
    private static final String NAME = "redis-node_2026-01-02T03:04:05Z.rdb";
    private static final String BACKUP = "POST /backup HTTP/1.1";

    private HostileRequests() {}

    /** Without the token, or almost with it. */
    static Stream<HostileRequest> withoutTheToken() {
        return Stream.of(
                of("no token", 401, BACKUP, HOST),
                of("empty Authorization", 401, BACKUP, HOST, "Authorization:"),
                of("no token after Bearer", 401, BACKUP, HOST, "Authorization: Bearer"),
                of("wrong token", 401, BACKUP, HOST, "Authorization: Bearer Other-Test-Token-01234567"),
                of("token without its end", 401, BACKUP, HOST, RIGHT.substring(0, RIGHT.length() - 1)),
                of("token without its start", 401, BACKUP, HOST, "Authorization: Bearer " + TOKEN.substring(1)),
                of("token and more", 401, BACKUP, HOST, RIGHT + "x"),
                of("token twice", 401, BACKUP, HOST, RIGHT + "," + TOKEN),
                of("token in capitals", 401, BACKUP, HOST, RIGHT.toUpperCase(Locale.ROOT)),
                of("token in small letters", 401, BACKUP, HOST, RIGHT.toLowerCase(Locale.ROOT)),
                of("token in quotes", 401, BACKUP, HOST, "Authorization: Bearer \"" + TOKEN + "\""),
                of("token percent-encoded", 401, BACKUP, HOST, RIGHT.replace("-Test", "%2DTest")),
                of("token after a tab", 401, BACKUP, HOST, "Authorization: Bearer\t" + TOKEN),
                of("token of another scheme", 401, BACKUP, HOST, "Authorization: Basic " + TOKEN),
                of("token without scheme", 401, BACKUP, HOST, "Authorization: " + TOKEN),
                of("two headers, the right one last", 401, BACKUP, HOST, "Authorization: Bearer x", RIGHT),
                of("two headers, the right one first", 401, BACKUP, HOST, RIGHT, "Authorization: Bearer x"),
                of("token in the query", 401, "POST /backup?access_token=" + TOKEN + " HTTP/1.1", HOST),
                of("token in a cookie", 401, BACKUP, HOST, "Cookie: token=" + TOKEN),
                of("token for a proxy", 401, BACKUP, HOST, "Proxy-Authorization: Bearer " + TOKEN),
                of("open path by X-Original-URL", 401, BACKUP, HOST, "X-Original-URL: /q/health"),
                of("open path by X-Rewrite-URL", 401, BACKUP, HOST, "X-Rewrite-URL: /q/metrics"),
                of("method by override", 401, BACKUP, HOST, "X-HTTP-Method-Override: OPTIONS"),
                of("preflight", 401, "OPTIONS /backup HTTP/1.1", HOST, "Origin: http://evil.example"),
                of("description", 401, "GET /q/openapi HTTP/1.1", HOST),
                of("page of the description", 401, "GET /q/swagger-ui HTTP/1.1", HOST),
                of("page of the developers", 401, "GET /q/dev HTTP/1.1", HOST),
                of("beans", 401, "GET /q/arc/beans HTTP/1.1", HOST));
    }

    /** Paths that look open; the token is set, and not sent. */
    static Stream<HostileRequest> pathsThatLookOpen() {
        return Stream.of(
                get("/q/health/../../backup", 401),
                get("/q/health/../../../backup", 401),
                get("//q/health/../../backup", 401),
                get("/q/health/%2e%2e/%2e%2e/backup", 401),
                get("/q/health/%2E%2E/%2E%2E/backups", 401),
                get("/q/metrics/../../backups", 401),
                get("/q/health/./../../backups/" + NAME, 401),
                get("/metrics/../backup", 401),
                get("/health/../backups", 401),
                get("//backup", 401),
                get("///backup/", 401),
                get("/./backup", 401),
                get("/BACKUP", 401),
                get("/backup;/q/health", 401),
                get("/backup?/q/health", 401),
                get("/backup#/q/health", 401),
                get("/q/metricsx", 401),
                get("/q/healthy", 401),
                get("/q%2fhealth", 401),
                get("/q/health%2f..%2f..%2fbackup", 401),
                // Not ours, but open: nothing is there.
                get("/q/health/..%2f..%2fbackup", 404),
                get("/q/health/..;/..;/backup", 404),
                get("/q/health/%252e%252e/%252e%252e/backup", 404),
                get("/q/health/..%5c..%5cbackup", 404),
                of("absolute target", 401, "GET http://localhost/backups HTTP/1.1", HOST),
                of("absolute target, open path", 401, "GET http://x/q/health/../../backup HTTP/1.1", HOST),
                of("authority as target", 404, "CONNECT localhost:6379 HTTP/1.1", HOST),
                of("asterisk as target", 404, "OPTIONS * HTTP/1.1", HOST));
    }

    /** Callers from elsewhere that say they are from here; there is no token. */
    static Stream<HostileRequest> fromElsewhere() {
        return Stream.of(
                of("host of another site", 403, BACKUP, "Host: evil.example"),
                of("rebinding host", 403, BACKUP, "Host: 127.0.0.1.rebind.example"),
                of("rebinding host with port", 403, BACKUP, "Host: localhost.evil.example:8080"),
                of("any address", 403, BACKUP, "Host: 0.0.0.0"),
                of("address as a number", 403, BACKUP, "Host: 2130706433"),
                of("user before the host", 400, BACKUP, "Host: evil.example@localhost"),
                of("host within a user", 400, BACKUP, "Host: localhost@evil.example"),
                of("two hosts in one", 400, BACKUP, "Host: localhost, evil.example"),
                of("empty host", 403, BACKUP, "Host:"),
                of("two hosts", 403, BACKUP, HOST, "Host: evil.example"),
                of("no host", 400, BACKUP),
                of("no host in HTTP/1.0", 403, "POST /backup HTTP/1.0"),
                of("X-Forwarded-For", 403, BACKUP, HOST, "X-Forwarded-For: 127.0.0.1"),
                of("x-forwarded-for", 403, BACKUP, HOST, "x-forwarded-for:"),
                of("X-Forwarded-Host", 403, BACKUP, HOST, "X-Forwarded-Host: localhost"),
                of("X-Forwarded-Proto", 403, BACKUP, HOST, "X-Forwarded-Proto: http"),
                of("X-Forwarded-Port", 403, BACKUP, HOST, "X-Forwarded-Port: 80"),
                of("X-Real-IP", 403, BACKUP, HOST, "X-Real-IP: ::1"),
                of("Forwarded", 403, BACKUP, HOST, "Forwarded: for=127.0.0.1;host=localhost"),
                of("Via", 403, BACKUP, HOST, "Via: 1.1 proxy"),
                of("another site's page", 403, BACKUP, HOST, "Origin: https://evil.example"),
                of("a sandboxed page", 403, BACKUP, HOST, "Origin: null"),
                of("a page of a lookalike", 403, BACKUP, HOST, "Origin: http://localhost.evil.example"));
    }

    /** Names that are no backup of this node. */
    static Stream<HostileRequest> names() {
        return Stream.of(
                        "/backups/../../etc/passwd",
                        "/backups/..%2f..%2fetc%2fpasswd",
                        "/backups/%2fetc%2fpasswd",
                        "/backups/%252e%252e%252fetc%252fpasswd",
                        "/backups/..%5c..%5cetc%5cpasswd",
                        "/backups/C:%5cdump.rdb",
                        "/backups/" + NAME + "%00",
                        "/backups/%00" + NAME,
                        "/backups/" + NAME + "%0d%0aX-Injected:%20yes",
                        "/backups/redis-vault%2f" + NAME,
                        "/backups/redis-vault/" + NAME,
                        "/backups/redis-10_2026-01-02T03:04:05Z.rdb",
                        "/backups/..%2f" + NAME,
                        "/backups/*",
                        "/backups/" + "a".repeat(2000))
                .map(path -> of(path, 404, "GET " + path + " HTTP/1.1", HOST, "Accept: application/octet-stream"));
    }

    static Stream<HostileRequest> methods() {
        return Stream.of(
                of(
                        "the page by a way around, as bytes",
                        406,
                        "GET /backups/%2e%2e HTTP/1.1",
                        HOST,
                        "Accept: application/octet-stream"),
                of("DELETE of a backup", 405, "DELETE /backups/" + NAME + " HTTP/1.1", HOST),
                of("PUT of a backup", 405, "PUT /backups/" + NAME + " HTTP/1.1", HOST),
                of("PATCH of a backup", 405, "PATCH /backups/" + NAME + " HTTP/1.1", HOST),
                of("POST of backups", 405, "POST /backups HTTP/1.1", HOST),
                of("DELETE of backups", 405, "DELETE /backups HTTP/1.1", HOST),
                of("GET of a verification", 405, "GET /backups/" + NAME + "/verify HTTP/1.1", HOST),
                of("TRACE", 405, "TRACE /backup HTTP/1.1", HOST),
                of("a method of no standard", 405, "BREW /backup HTTP/1.1", HOST),
                of("PUT of a probe", 405, "PUT /q/health/live HTTP/1.1", HOST),
                of("DELETE of metrics", 405, "DELETE /q/metrics HTTP/1.1", HOST));
    }

    static Stream<HostileRequest> sizes() {
        return Stream.of(
                bytes("a body above the limit", post("Content-Length: 16385"), 413),
                bytes("a body of exbibytes", post("Content-Length: 9223372036854775807"), 413),
                bytes("a body beyond numbers", post("Content-Length: 92233720368547758070"), 400),
                of("a long header", 431, "GET /backups HTTP/1.1", HOST, "X: " + "x".repeat(9000)),
                of("many headers", 431, "GET /backups HTTP/1.1", HOST, "X-Padding: 12345678\r\n".repeat(500) + "X: 1"),
                of("a long target", 414, "GET /" + "x".repeat(5000) + " HTTP/1.1", HOST));
    }

    private static HostileRequest get(String path, int answer) {
        return of(path, answer, "GET " + path + " HTTP/1.1", HOST);
    }

    private static String post(String headers) {
        return BACKUP + "\r\n" + HOST + "\r\n" + headers + "\r\n\r\n";
    }
}
