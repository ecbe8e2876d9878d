package io.redisvault.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real S3 server, S3Proxy over a temporary directory, in a process of its own on a free port of the loopback
 * address. Its jar is named by the system property {@code s3proxy.jar}, which the build sets.
 *
 * <p>What S3Proxy 4.1.0 does, as {@code S3ServerTest} shows:
 * <ul>
 *   <li>{@code If-None-Match: *} holds for PutObject and CompleteMultipartUpload, without a race between two writers:
 *       412 if the key exists. A completion that is repeated succeeds.
 *   <li>User metadata of both kinds of upload is kept, as extended attributes of the file; where the file system
 *       has none (an old tmpfs), it is lost without an error.
 *   <li>A checksum that comes with a request, as header or trailer, is verified (400), but not kept.
 *   <li>ListMultipartUploads and AbortMultipartUpload work; a listing has pages of 1,000 keys.
 *   <li>Signatures are verified (403). Buckets are directories, and keys with slashes are files in directories: so
 *       there cannot be both {@code a} and {@code a/b}.
 *   <li>While a PUT is under way, its temporary file is visible as {@code KEY-UUID}, in listings too.
 * </ul>
 */
public final class S3Server implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);
    private static final int PORT_ATTEMPTS = 10;
    private static final Pattern LISTENING = Pattern.compile("Started \\S*ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)}");
    /** S3Proxy keeps an upload's parts under names of its own until it is completed … */
    private static final String UPLOAD_PREFIX = ".mpus-";
    /** … and its metadata under these. It hides both from its clients. */
    private static final String OWN_PREFIX = ".s3proxy-";

    private static final int UPLOAD_ID_LENGTH = 36;
    private static final String UPLOAD_MARK = "-stub";

    private final WorkDirectory directory = new WorkDirectory("rv-s3");
    private final Path buckets = directory.directory("buckets");
    private final String bucket;
    private int port;
    private ServerProcess process;

    private S3Server(String bucket) {
        this.bucket = bucket;
    }

    /** A running server with the empty bucket {@code redis-vault}. */
    public static S3Server start() {
        return start("redis-vault");
    }

    /** A running server with these empty buckets, the first of which is {@link #bucket()}. */
    public static S3Server start(String bucket, String... others) {
        S3Server server = new S3Server(bucket);
        try {
            server.createBucket(bucket);
            Stream.of(others).forEach(server::createBucket);
            server.launch(0);
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static final class Archive {
        static final List<String> OPTIONS = ClassArchive.options("s3proxy", jar(), S3Server::startOnce);
    }

    private static void startOnce(String recording) {
        S3Server server = new S3Server("recording");
        try {
            server.launch(0, List.of(recording));
            server.stop();
        } finally {
            server.close();
        }
    }

    private void launch(int wanted) {
        launch(wanted, Archive.OPTIONS);
    }

    private void launch(int wanted, List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-Xmx128m",
                "-Xms16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-jar",
                jar().toString(),
                "--properties",
                directory.file("s3proxy.conf").toString()));
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            writeConfiguration(wanted);
            process = ServerProcess.start(directory.file("s3proxy.log"), command);
            if (process.await(START, this::answers)) {
                return;
            }
            if (!process.log().contains("Address already in use")) {
                throw new IllegalStateException("S3Proxy did not start:\n" + process.log());
            }
            ServerProcess.pause(300);
        }
        throw new IllegalStateException("port " + wanted + " is taken:\n" + process.log());
    }

    private static Path jar() {
        Path jar = Path.of(System.getProperty("s3proxy.jar", "target/servers/s3proxy.jar"));
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar.toAbsolutePath() + " is missing; \"./mvnw process-test-resources\""
                    + " brings it, the system property s3proxy.jar names another");
        }
        return jar.toAbsolutePath();
    }

    private void writeConfiguration(int wanted) {
        try {
            Files.write(
                    directory.file("s3proxy.conf"),
                    List.of(
                            "s3proxy.endpoint=http://127.0.0.1:" + wanted,
                            "s3proxy.authorization=aws-v2-or-v4",
                            "s3proxy.identity=" + accessKey(),
                            "s3proxy.credential=" + secretKey(),
                            // Else the SDK's x-amz-mp-object-size is a 501.
                            "s3proxy.ignore-unknown-headers=true",
                            "jclouds.provider=filesystem-nio2",
                            "jclouds.filesystem.basedir=" + buckets));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Port 0 takes any free port, and the log says which: so it is this process that has it. */
    private boolean answers() {
        Matcher listening = LISTENING.matcher(process.log());
        if (!listening.find()) {
            return false;
        }
        port = Integer.parseInt(listening.group(1));
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) endpoint().toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(5000);
            int status = connection.getResponseCode();
            connection.disconnect();
            return status < 500;
        } catch (IOException e) {
            return false;
        }
    }

    /** {@code http://127.0.0.1:PORT}; clients must use path style. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public int port() {
        return port;
    }

    public String accessKey() {
        return "test-access-key";
    }

    public String secretKey() {
        return "test-secret-key";
    }

    /** Any region is as good to S3Proxy; clients need one to sign. */
    public String region() {
        return "us-east-1";
    }

    public String bucket() {
        return bucket;
    }

    /** Makes an empty bucket, without a request: it is a directory. */
    public void createBucket(String name) {
        try {
            Files.createDirectories(directory(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory that is {@link #bucket()}. */
    public Path directory() {
        return directory(bucket);
    }

    /** The directory that is the bucket {@code name}. */
    public Path directory(String name) {
        return buckets.resolve(name);
    }

    /** The file that holds what is stored under {@code key}; need not exist. */
    public Path file(String key) {
        return directory().resolve(key);
    }

    /**
     * The keys that are in {@link #bucket()}, sorted: read from the directory, so nothing is hidden by a listing's
     * pages or filters. While a single PUT runs, its temporary file {@code KEY-UUID} is among them.
     */
    public List<String> keys() {
        return names().filter(name -> !name.startsWith(UPLOAD_PREFIX) && !name.startsWith(OWN_PREFIX))
                .toList();
    }

    /** The keys whose multipart uploads are neither completed nor aborted, sorted; one entry for each upload. */
    public List<String> unfinishedUploads() {
        return names().filter(name -> name.startsWith(UPLOAD_PREFIX) && name.endsWith(UPLOAD_MARK))
                .map(name -> name.substring(
                        UPLOAD_PREFIX.length() + UPLOAD_ID_LENGTH + 1, name.length() - UPLOAD_MARK.length()))
                .sorted()
                .toList();
    }

    /** How many parts are kept for multipart uploads, also such as no upload knows any more. */
    public long keptParts() {
        return names().filter(name -> name.startsWith(UPLOAD_PREFIX) && !name.endsWith(UPLOAD_MARK))
                .count();
    }

    /** Makes all multipart uploads that are not finished look as if they had begun at this time. */
    public void unfinishedUploadsBegan(Instant time) {
        names().filter(name -> name.startsWith(UPLOAD_PREFIX) && name.endsWith(UPLOAD_MARK))
                .forEach(name -> {
                    try {
                        Files.setLastModifiedTime(file(name), FileTime.from(time));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private Stream<String> names() {
        while (true) {
            try (Stream<Path> tree = Files.walk(directory())) {
                return tree
                        .filter(Files::isRegularFile)
                        .map(file -> directory()
                                .relativize(file)
                                .toString()
                                .replace(file.getFileSystem().getSeparator(), "/"))
                        .sorted()
                        .toList()
                        .stream();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof NoSuchFileException)) {
                    throw e;
                }
                // A file went away while the tree was walked: once more.
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    public String log() {
        return process == null ? "" : process.log();
    }

    /** Ends the server after the requests under way; what is stored stays. */
    public void stop() {
        process.stop();
    }

    /** Ends the server as a crash does; what is stored stays. */
    public void kill() {
        process.kill();
    }

    /** Starts it again on the same port and with what is stored, after stopping it if it runs. */
    public void restart() {
        if (isRunning()) {
            stop();
        }
        launch(port);
    }

    @Override
    public void close() {
        if (isRunning()) {
            kill();
        }
        directory.close();
    }
}
