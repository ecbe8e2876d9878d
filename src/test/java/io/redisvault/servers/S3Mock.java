package io.redisvault.servers;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Another real S3 server: Adobe's S3Mock over a temporary directory, in a process of its own on a free port. Its jar is
 * named by the system property {@code s3mock.jar}, which the build sets. It takes any credentials.
 */
public final class S3Mock implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);
    private static final Pattern LISTENING = Pattern.compile("Tomcat started on ports .*?(\\d+) \\(http\\)");

    private final WorkDirectory directory = new WorkDirectory("rv-s3mock");
    private final String bucket = "redis-vault";
    private final ServerProcess process;
    private int port;

    private S3Mock() {
        process = ServerProcess.start(
                directory.file("s3mock.log"),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        // Of the embedded Tomcat, and of bodies on their way.
                        "-Djava.io.tmpdir=" + directory.directory("tmp"),
                        "-Dcom.adobe.testing.s3mock.store.root=" + directory.directory("store"),
                        "-Dcom.adobe.testing.s3mock.store.initial-buckets=" + bucket,
                        "-jar",
                        jar().toString(),
                        "--server.port=0",
                        "--http.port=0"));
    }

    /** A running server with the empty bucket {@code redis-vault}. */
    public static S3Mock start() {
        S3Mock server = new S3Mock();
        try {
            if (!server.process.await(START, server::answers)) {
                throw new IllegalStateException("S3Mock did not start:\n" + server.process.log());
            }
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static Path jar() {
        Path jar = Path.of(System.getProperty("s3mock.jar", "target/servers/s3mock.jar"));
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar.toAbsolutePath() + " is missing; \"./mvnw process-test-resources\""
                    + " brings it, the system property s3mock.jar names another");
        }
        return jar.toAbsolutePath();
    }

    private boolean answers() {
        Matcher listening = LISTENING.matcher(process.log());
        boolean started = listening.find();
        if (started) {
            port = Integer.parseInt(listening.group(1));
        }
        return started;
    }

    /** {@code http://127.0.0.1:PORT}; clients must use path style. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public String bucket() {
        return bucket;
    }

    @Override
    public void close() {
        process.kill();
        directory.close();
    }
}
