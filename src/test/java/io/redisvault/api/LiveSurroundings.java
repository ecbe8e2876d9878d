package io.redisvault.api;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.redisvault.servers.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** A Redis with a dump of a known time, and an S3 server with an empty bucket. */
public class LiveSurroundings implements QuarkusTestResourceLifecycleManager {

    private final Map<String, String> settings = new HashMap<>();

    private Surroundings surroundings;

    @Override
    public Map<String, String> start() {
        surroundings = Surroundings.start();
        surroundings.redis().populate(100, 100);
        surroundings.redis().save();
        try {
            Files.setLastModifiedTime(
                    surroundings.redis().dumpFile(), FileTime.from(Instant.parse("2026-01-02T03:04:05Z")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        settings.putAll(surroundings.environment());
        // There are metrics of drills where drills are asked for; once a year is not during a test.
        settings.put("DRILL_CRON", "0 0 1 1 *");
        settings.forEach(System::setProperty);
        settings.put("quarkus.s3.aws.credentials.type", "static");
        settings.put(
                "quarkus.s3.aws.credentials.static-provider.access-key-id",
                surroundings.s3().accessKey());
        settings.put(
                "quarkus.s3.aws.credentials.static-provider.secret-access-key",
                surroundings.s3().secretKey());
        return settings;
    }

    @Override
    public void stop() {
        settings.keySet().forEach(System::clearProperty);
        surroundings.close();
    }
}
