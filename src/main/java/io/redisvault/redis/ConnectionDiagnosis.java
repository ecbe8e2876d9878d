package io.redisvault.redis;

import io.netty.handler.ssl.NotSslRecordException;
import io.redisvault.config.RedisAddress;
import io.redisvault.config.VaultConfig;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.NetClientOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.net.NetClient;
import io.vertx.mutiny.core.net.NetSocket;
import io.vertx.mutiny.core.net.SocketAddress;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * Finds out why Redis does not answer, and which setting to correct. The client drops the line with which a server
 * refuses a connection, and waits for the timeout. So this class opens a plain connection and reads that line.
 */
final class ConnectionDiagnosis {

    private static final Duration MAX_TIMEOUT = Duration.ofSeconds(2);
    /** How long to wait for the client's answer before the server is asked over a plain connection. */
    private static final Duration SILENCE = Duration.ofMillis(500);

    /** A TLS server answers this, at least with an alert. It has no line end, so a Redis without TLS waits for more. */
    private static final byte[] CLIENT_HELLO =
            HexFormat.of().parseHex("160301002f0100002b0303" + "78".repeat(32) + "000004c02f13010100");

    /** How the client's message starts when it cannot parse the answer. */
    private static final String UNREADABLE = "ILLEGAL_STATE";

    /** Messages of the client and of the system about a closed connection. */
    private static final String CLOSED = "(CONNECTION_CLOSED|Connection reset|Broken pipe).*";

    private static final int MAX_QUOTED = 300;

    private final RedisAddress address;
    private final String setting;
    private final String login;
    private final boolean ownAuthorities;
    private final Duration patience;
    private final Duration timeout;
    private final NetClient client;

    /**
     * @param setting name of the setting or option with the address, for messages
     * @param login how to correct a missing or wrong password, for messages
     */
    ConnectionDiagnosis(VaultConfig.Redis config, Vertx vertx, String setting, String login) {
        this.setting = setting;
        this.login = login;
        address = config.connectionString();
        ownAuthorities = config.caFile().isPresent();
        patience = config.timeout();
        timeout = config.timeout().compareTo(MAX_TIMEOUT) < 0 ? config.timeout() : MAX_TIMEOUT;
        // Stops a stack trace in the log when another kind of server sends what the client cannot parse.
        Logger.getLogger("io.quarkus.vertx.core.runtime.VertxCoreRecorder")
                .setFilter(line -> line.getThrown() == null
                        || Stream.of(line.getThrown().getStackTrace()).limit(1).noneMatch(frame -> frame.getClassName()
                                .startsWith("io.vertx.redis")));
        client = vertx.createNetClient(new NetClientOptions().setConnectTimeout((int) timeout.toMillis()));
    }

    /** Passes on the first answer, or fails with {@link RedisUnavailableException}, which says why there is none. */
    <T> Uni<T> firstAnswer(Uni<T> answer) {
        return Uni.combine()
                .any()
                .of(answer, this.<T>refusedAfterSilence())
                .ifNoItem()
                .after(patience)
                .fail()
                .onFailure()
                .recoverWithUni(this::explained);
    }

    private String remedy(String reason) {
        if (reason.contains("Connection refused")) {
            return "; is it running, is " + setting + " right?";
        }
        if (reason.contains("Permission denied")) {
            return "; let this process run as a user that may write to the socket, or correct unixsocketperm there";
        }
        if (reason.matches("(NOAUTH|WRONGPASS) .*")) {
            return " " + login;
        }
        if (reason.matches("(?i)ERR unknown command .info\\b.*")) {
            return "; INFO is renamed or switched off there: allow it, or set BACKUP_MASTER and BACKUP_REPLICA to true";
        }
        if (reason.startsWith("NOPERM ")) {
            Matcher named = Pattern.compile("'([\\w|]+)'").matcher(reason);
            return named.find() ? "; give the user +" + named.group(1) : "";
        }
        return reason.matches("ERR .*(without any password configured|no password is set).*")
                ? "; it asks for no password: leave it out"
                : "";
    }

    /** Asks again after {@link #SILENCE}. Fails if the server refuses the connection, and otherwise never completes. */
    private <T> Uni<T> refusedAfterSilence() {
        return Uni.createFrom()
                .voidItem()
                .onItem()
                .delayIt()
                .by(patience.compareTo(SILENCE) < 0 ? patience.dividedBy(2) : SILENCE)
                .chain(silent -> refusal())
                .chain(reason -> reason.isPresent()
                        ? Uni.createFrom().failure(unavailable(reason.get(), null))
                        : Uni.createFrom().nothing());
    }

    /** Fails with a {@link RedisUnavailableException} that says what a failure means, and how to correct it. */
    <T> Uni<T> explained(Throwable failure) {
        return failure instanceof RedisUnavailableException
                ? Uni.createFrom().failure(failure)
                : reason(failure).chain(reason -> Uni.createFrom().failure(unavailable(reason, failure)));
    }

    private RedisUnavailableException unavailable(String reason, Throwable cause) {
        return new RedisUnavailableException(address + ": " + reason + remedy(reason), cause);
    }

    /** Makes one short line of what a server sent, which may be anything. */
    static String quoted(String answer) {
        String line = answer.replaceAll("\\p{Cntrl}+", " ");
        if (line.isBlank()) {
            return "an error without words";
        }
        return line.length() > MAX_QUOTED ? line.substring(0, MAX_QUOTED) + "..." : line;
    }

    /** Why there is no answer. Opens another connection only if the failure does not say. */
    private Uni<String> reason(Throwable failure) {
        String text = Objects.requireNonNullElse(failure.getMessage(), "");
        if (failure instanceof TimeoutException) {
            return Uni.createFrom().item("no answer within " + patience.toMillis() + " ms");
        }
        if (isOf(failure, SSLException.class)) {
            return Uni.createFrom().item(tlsReason(failure));
        }
        if (text.startsWith(UNREADABLE)) {
            return refusalOr("what answers there is no Redis; correct " + setting);
        }
        if (text.matches(CLOSED) || failure instanceof ClosedChannelException) {
            return refusalOr(
                    "the server closed the connection without an answer; is it a Redis, is " + setting + " right?");
        }
        if (failure instanceof UnknownHostException) {
            return Uni.createFrom().item("the host is not known; correct " + setting);
        }
        if (failure instanceof FileNotFoundException) {
            return Uni.createFrom().item("there is no such socket; is Redis running, is its directory mounted here?");
        }
        return failure instanceof IOException
                ? refusalOr(quoted(text))
                : Uni.createFrom().item(quoted(text));
    }

    private Uni<String> refusalOr(String otherwise) {
        return refusal().map(refused -> refused.orElse(otherwise));
    }

    /** The error that the server sends on a plain connection; empty if it sends none. */
    private Uni<Optional<String>> refusal() {
        return client.connect(
                        address.socket().isPresent()
                                ? SocketAddress.domainSocketAddress(
                                        address.socket().get())
                                : SocketAddress.inetSocketAddress(
                                        address.port(), address.host().replaceAll("[\\[\\]]", "")))
                .chain(this::firstBytes)
                .map(this::refusal)
                .ifNoItem()
                .after(timeout)
                .recoverWithItem(Optional.empty())
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    private Uni<byte[]> firstBytes(NetSocket socket) {
        return Uni.createFrom()
                .<byte[]>emitter(emitter -> {
                    socket.exceptionHandler(emitter::fail);
                    socket.closeHandler(() -> emitter.complete(new byte[0]));
                    socket.handler(bytes -> emitter.complete(bytes.getBytes()));
                    socket.writeAndForget(address.tls() ? Buffer.buffer("PING\r\n") : Buffer.buffer(CLIENT_HELLO));
                })
                .onTermination()
                .invoke(socket::closeAndForget);
    }

    private Optional<String> refusal(byte[] answer) {
        String line =
                new String(answer, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        if (address.tls()) {
            return line.matches("[+-].*") ? Optional.of(plainPort()) : Optional.empty();
        }
        // A TLS record: an alert or a handshake.
        if (line.startsWith("\u0015") || line.startsWith("\u0016")) {
            return Optional.of("the port speaks TLS; write rediss:// in " + setting);
        }
        return line.startsWith("-") ? Optional.of(quoted(line.substring(1))) : Optional.empty();
    }

    private String plainPort() {
        return "the port does not speak TLS; write redis:// in " + setting + ", or name the port that does";
    }

    private String tlsReason(Throwable failure) {
        String text = causes(failure)
                .reduce((first, last) -> last)
                .map(Throwable::getMessage)
                .orElse("");
        if (isOf(failure, NotSslRecordException.class)) {
            return plainPort();
        }
        if (isOf(failure, CertificateExpiredException.class)) {
            return "the certificate of Redis has expired; renew it there";
        }
        if (isOf(failure, CertificateNotYetValidException.class)) {
            return "the certificate of Redis is not valid yet; look at the clocks";
        }
        if (isOf(failure, CertPathBuilderException.class) || isOf(failure, CertPathValidatorException.class)) {
            return "the certificate of Redis is of an authority that is not trusted; "
                    + (ownAuthorities ? "REDIS_CA_FILE has another one" : "name its PEM file in REDIS_CA_FILE");
        }
        if (isOf(failure, CertificateException.class) && text.startsWith("No ")) {
            return "the certificate of Redis is not for " + address.host() + "; name the host in " + setting
                    + " as the certificate does";
        }
        return text.matches(".*(certificate_required|bad_certificate|unknown_ca|certificate_unknown).*")
                ? "Redis does not accept the client's certificate, or wants one; correct REDIS_CLIENT_CERT_FILE and"
                        + " REDIS_CLIENT_KEY_FILE"
                : "TLS failed: " + text;
    }

    private static boolean isOf(Throwable failure, Class<? extends Throwable> type) {
        return causes(failure).anyMatch(type::isInstance);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }
}
