package io.redisvault.redis;

import io.netty.handler.ssl.NotSslRecordException;
import io.redisvault.config.RedisAddress;
import io.redisvault.config.VaultConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.NetClientOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.net.NetClient;
import io.vertx.mutiny.core.net.NetSocket;
import io.vertx.mutiny.core.net.SocketAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Says why Redis gives no answer, and which setting mends it. The client drops the line with which a server refuses a
 * connection, and waits until the timeout; so the server is asked once more over a plain connection.
 */
final class ConnectionDiagnosis {

    private static final Duration LONGEST = Duration.ofSeconds(2);

    /** Words of the client. */
    private static final String UNREADABLE = "ILLEGAL_STATE";

    private static final String CLOSED = "CONNECTION_CLOSED";
    private static final String PLAIN_PORT =
            "the port does not speak TLS; write redis:// in REDIS_CONNECTION, or name the port that does";

    private final RedisAddress address;
    private final boolean ownAuthorities;
    private final Duration timeout;
    private final NetClient client;

    ConnectionDiagnosis(VaultConfig.Redis config, Vertx vertx) {
        address = config.connectionString();
        ownAuthorities = config.caFile().isPresent();
        timeout = config.timeout().compareTo(LONGEST) < 0 ? config.timeout() : LONGEST;
        client = vertx.createNetClient(new NetClientOptions().setConnectTimeout((int) timeout.toMillis()));
    }

    /** The reason of a failure in words for people; takes a further connection only if the failure does not tell it. */
    Uni<String> reason(Throwable failure, String otherwise) {
        if (isOf(failure, SSLException.class)) {
            return Uni.createFrom().item(tlsReason(failure));
        }
        boolean unclear =
                failure instanceof IOException || otherwise.startsWith(CLOSED) || otherwise.startsWith(UNREADABLE);
        return unclear
                ? refusal().map(refused -> refused.orElseGet(() -> withoutAnswer(otherwise)))
                : Uni.createFrom().item(otherwise);
    }

    private String withoutAnswer(String failure) {
        if (failure.startsWith(UNREADABLE)) {
            return "what answers there is no Redis; correct REDIS_CONNECTION";
        }
        return failure.startsWith(CLOSED) ? "the server closed the connection without an answer" : failure;
    }

    /** What the server says against this connection; empty if it says nothing, or nothing that is wrong. */
    Uni<Optional<String>> refusal() {
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
                    socket.writeAndForget(otherProtocol());
                })
                .onTermination()
                .invoke(socket::closeAndForget);
    }

    /** What a server of the other protocol answers: a greeting of TLS to one that should be plain, and the reverse. */
    private Buffer otherProtocol() {
        return address.tls() ? Buffer.buffer("PING\r\n") : Buffer.newInstance(clientHello());
    }

    private static io.vertx.core.buffer.Buffer clientHello() {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), hello);
            return io.vertx.core.buffer.Buffer.buffer().appendBytes(hello.array(), 0, hello.position());
        } catch (GeneralSecurityException | SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Optional<String> refusal(byte[] answer) {
        String line =
                new String(answer, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        if (address.tls()) {
            return line.matches("[+-].*") ? Optional.of(PLAIN_PORT) : Optional.empty();
        }
        // A record of TLS: an alert or a handshake.
        if (line.startsWith("\u0015") || line.startsWith("\u0016")) {
            return Optional.of("the port speaks TLS; write rediss:// in REDIS_CONNECTION");
        }
        return line.startsWith("-") ? Optional.of(line.substring(1)) : Optional.empty();
    }

    private String tlsReason(Throwable failure) {
        String text = causes(failure)
                .reduce((first, last) -> last)
                .map(Throwable::getMessage)
                .orElse("");
        if (isOf(failure, NotSslRecordException.class)) {
            return PLAIN_PORT;
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
            return "the certificate of Redis is not for " + address.host()
                    + "; name the host in REDIS_CONNECTION as the certificate does";
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
