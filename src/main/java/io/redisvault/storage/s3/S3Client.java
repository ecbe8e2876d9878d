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
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.ProxyConfiguration;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** Creates the S3 client: the one of Quarkus with a transport of our own. */
final class S3Client {

    private static final Duration LONGEST_CONNECTING = Duration.ofSeconds(10);

    @Produces
    @Singleton
    static S3AsyncClient create(
            S3AsyncClientBuilder builder, VaultConfig vault, Vertx vertx, @MainEventLoopGroup EventLoopGroup loops) {
        if (hasMusl(Path.of("/lib"))) {
            // Netty's TLS library is made for glibc. With musl (on ARM: with musl and GCC's library), loading it ends
            // the JVM.
            System.setProperty("io.netty.handler.ssl.noOpenSsl", "true");
        }
        URI server = vault.storage()
                .endpoint()
                .orElseGet(() ->
                        URI.create("https://s3." + vault.storage().region().orElse("us-east-1") + ".amazonaws.com"));
        // These timeouts limit a pause without bytes, not the whole upload.
        Duration silence = vault.storage().timeout();
        Duration connecting = silence.compareTo(LONGEST_CONNECTING) < 0 ? silence : LONGEST_CONNECTING;
        NettyNioAsyncHttpClient.Builder transport = transport(
                        SdkEventLoopGroup.create(loops), HttpProxy.of(server, System.getenv()))
                .readTimeout(silence)
                .writeTimeout(silence)
                .connectionTimeout(connecting)
                .connectionAcquisitionTimeout(connecting);
        vault.storage()
                .caFile()
                .map(authorities -> trustManagers(authorities, vertx))
                .ifPresent(trusted -> transport.tlsTrustManagersProvider(() -> trusted));
        // Pass the builder: the client closes only a transport that it has built itself.
        return builder.httpClientBuilder(transport)
                .overrideConfiguration(configure(builder.overrideConfiguration()))
                .build();
    }

    /** Builds a transport whose connections are {@link S3Connection}s. */
    static NettyNioAsyncHttpClient.Builder transport(SdkEventLoopGroup loops, Optional<HttpProxy> proxy) {
        ProxyConfiguration.Builder configured =
                ProxyConfiguration.builder().useSystemPropertyValues(false).useEnvironmentVariableValues(false);
        proxy.ifPresent(by -> configured
                .scheme("http")
                .host(by.host())
                .port(by.port())
                .username(by.user().orElse(null))
                .password(by.password()));
        AtomicInteger addressIndex = new AtomicInteger();
        return NettyNioAsyncHttpClient.builder()
                .eventLoopGroup(SdkEventLoopGroup.create(loops.eventLoopGroup(), () -> {
                    Channel channel = loops.channelFactory().newChannel();
                    channel.pipeline().addFirst(new S3Connection(addressIndex));
                    return channel;
                }))
                .proxyConfiguration(configured.build());
    }

    /** True if the directory contains musl's dynamic linker. */
    static boolean hasMusl(Path libraries) {
        try (DirectoryStream<Path> linkers = Files.newDirectoryStream(libraries, "ld-musl-*")) {
            return linkers.iterator().hasNext();
        } catch (IOException e) {
            // There is no such directory.
            return false;
        }
    }

    static ClientOverrideConfiguration configure(ClientOverrideConfiguration configuration) {
        return configuration.toBuilder()
                // S3Bucket retries instead, and logs the wait.
                .retryStrategy(AwsRetryStrategy.doNotRetry())
                .addExecutionInterceptor(new S3WholeAnswers())
                .build();
    }

    static void close(@Disposes S3AsyncClient client) {
        client.close();
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
}
