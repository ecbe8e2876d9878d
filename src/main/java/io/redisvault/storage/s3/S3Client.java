package io.redisvault.storage.s3;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.quarkus.netty.MainEventLoopGroup;
import io.redisvault.config.HttpProxy;
import io.redisvault.config.VaultConfig;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemTrustOptions;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.TrustManager;
import javax.xml.stream.XMLStreamException;
import org.eclipse.microprofile.config.Config;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.ProxyConfiguration;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** The client of Quarkus, with a transport and the patience of a backup. */
final class S3Client {

    /** Of a request that the server answers by an error, or by nothing; {@link S3Bucket} goes on where it is out of order. */
    private static final int ATTEMPTS = 6;

    @Produces
    @Singleton
    static S3AsyncClient create(
            S3AsyncClientBuilder builder,
            VaultConfig vault,
            Config config,
            Vertx vertx,
            @MainEventLoopGroup EventLoopGroup loops) {
        if (hasMusl(Path.of("/lib"))) {
            // Netty's library for TLS is made for glibc: with musl, and GCC's library on ARM, loading it ends the JVM.
            System.setProperty("io.netty.handler.ssl.noOpenSsl", "true");
        }
        URI server = vault.storage()
                .endpoint()
                .orElseGet(() ->
                        URI.create("https://s3." + vault.storage().region().orElse("us-east-1") + ".amazonaws.com"));
        NettyNioAsyncHttpClient.Builder transport = transport(
                        SdkEventLoopGroup.create(loops), HttpProxy.of(server, System.getenv()))
                .readTimeout(timeout(config, "read"))
                .writeTimeout(timeout(config, "write"))
                .connectionTimeout(timeout(config, "connection"))
                .connectionAcquisitionTimeout(timeout(config, "connection-acquisition"));
        vault.storage()
                .caFile()
                .map(authorities -> trustManagers(authorities, vertx))
                .ifPresent(trusted -> transport.tlsTrustManagersProvider(() -> trusted));
        // The client closes what it builds itself.
        return builder.httpClientBuilder(transport)
                .overrideConfiguration(patient(builder.overrideConfiguration()))
                .build();
    }

    /** Over connections on which interim answers are ignored. */
    static NettyNioAsyncHttpClient.Builder transport(SdkEventLoopGroup loops, Optional<HttpProxy> proxy) {
        ProxyConfiguration.Builder configured =
                ProxyConfiguration.builder().useSystemPropertyValues(false).useEnvironmentVariableValues(false);
        proxy.ifPresent(by -> configured
                .scheme("http")
                .host(by.host())
                .port(by.port())
                .username(by.user().orElse(null))
                .password(by.password()));
        return NettyNioAsyncHttpClient.builder()
                .eventLoopGroup(SdkEventLoopGroup.create(loops.eventLoopGroup(), () -> {
                    Channel channel = loops.channelFactory().newChannel();
                    channel.pipeline().addFirst(new S3InterimAnswers());
                    return channel;
                }))
                .proxyConfiguration(configured.build());
    }

    /** True if the dynamic linker of musl is among the libraries in a directory. */
    static boolean hasMusl(Path libraries) {
        try (DirectoryStream<Path> linkers = Files.newDirectoryStream(libraries, "ld-musl-*")) {
            return linkers.iterator().hasNext();
        } catch (IOException e) {
            // There is no such directory.
            return false;
        }
    }

    static ClientOverrideConfiguration patient(ClientOverrideConfiguration configuration) {
        return configuration.toBuilder()
                .retryStrategy(retries())
                .addExecutionInterceptor(new S3WholeAnswers())
                .build();
    }

    static void close(@Disposes S3AsyncClient client) {
        client.close();
    }

    private static Duration timeout(Config config, String name) {
        return config.getValue("quarkus.s3.async-client." + name + "-timeout", Duration.class);
    }

    private static TrustManager[] trustManagers(Path authorities, Vertx vertx) {
        try {
            return new PemTrustOptions()
                    .addCertPath(authorities.toString())
                    .getTrustManagerFactory(vertx)
                    .getTrustManagers();
        } catch (Exception e) {
            throw new IllegalStateException("S3_CA_FILE: '" + authorities + "' cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * What may be gone a moment later is tried again: broken connections and answers, timeouts, 500, 502, 503, 504, SlowDown. A
     * refusal never is. There is no limit over all requests: a long outage must not cost the next run its retries.
     */
    private static RetryStrategy retries() {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(ATTEMPTS)
                .retryOnExceptionOrCauseInstanceOf(XMLStreamException.class)
                // The client loses a connection that fails at once, about one in fifty, and waits for it.
                .retryOnRootCauseInstanceOf(TimeoutException.class)
                .circuitBreakerEnabled(false)
                .build();
    }
}
