package io.redisvault.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

class TlsProxyTest {

    @Test
    void offersAPlainServerOverTlsToThoseWhoTrustIt() throws Exception {
        try (RedisServer redis = RedisServer.start();
                TlsProxy proxy = TlsProxy.to(redis.port())) {
            redis.set("big", "x".repeat(200_000));
            for (String host : new String[] {"localhost", "127.0.0.1"}) {
                try (RespClient client = client(proxy, proxy.trustingContext(), host)) {
                    assertThat(client.call("GET", "big")).isEqualTo("x".repeat(200_000));
                }
            }
            assertThatThrownBy(() -> client(proxy, SSLContext.getDefault(), "localhost"))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void showsItsCertificateAsPem() throws Exception {
        try (TlsProxy proxy = TlsProxy.to(1);
                var in = Files.newInputStream(proxy.certificate())) {
            X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            certificate.checkValidity();
            assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=Redis Vault test server");
        }
    }

    @Test
    void canBeSomebodyElse() {
        try (RedisServer redis = RedisServer.start();
                TlsProxy proxy = TlsProxy.withCertificateFor("elsewhere.example", redis.port())) {
            assertThatThrownBy(() -> client(proxy, proxy.trustingContext(), "localhost"))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    private static RespClient client(TlsProxy proxy, SSLContext context, String host) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(host, proxy.port());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return new RespClient(socket, socket.getInputStream(), socket.getOutputStream());
    }
}
