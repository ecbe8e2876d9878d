package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionIT {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @TempDir
    private Path data;

    @Test
    void worksInABucketOfTenThousandObjectsAndTouchesOnlyItsOwn() throws IOException {
        List<String> others = new ArrayList<>();
        for (int hour = 1; hour <= 10_480; hour++) {
            others.add(put("crowd/redis-10_" + hoursAgo(hour) + ".rdb"));
        }
        others.add(put("crowd/redis-1_b_" + hoursAgo(1) + ".rdb"));
        others.add(put("crowd/redis-1_latest.rdb"));
        others.add(put("crowd/redis-1_" + hoursAgo(9) + ".rdb.bak"));
        others.add(put("crowd/deeper/redis-1_" + hoursAgo(9) + ".rdb"));
        others.add(put("other/redis-1_" + hoursAgo(9) + ".rdb"));
        List<String> own = new ArrayList<>();
        for (int hour = 1; hour <= 20; hour++) {
            own.add(put("crowd/redis-1_" + hoursAgo(hour) + ".rdb"));
        }
        String stored = dumpOf(NOW, "crowd", "redis-1");

        Exit exit = run("redis-1", "crowd", "5");

        assertThat(exit.code()).as(exit.err()).isZero();
        assertThat(exit.err()).contains("deleted=16 deleted_names=").containsPattern("\\.rdb,\\.\\.\\.$");
        List<String> left = surroundings.s3().keys();
        assertThat(left).contains(stored).containsAll(others).containsAll(own.subList(0, 4));
        assertThat(left).doesNotContainAnyElementsOf(own.subList(4, 20));
    }

    @Test
    void aFailedCycleDeletesNothing() throws IOException {
        for (int hour = 1; hour <= 5; hour++) {
            put("failed/redis-1_" + hoursAgo(hour) + ".rdb");
        }
        Files.writeString(data.resolve("dump.rdb"), "no dump at all");

        Exit exit = run("redis-1", "failed", "1");

        assertThat(exit.code()).isEqualTo(1);
        assertThat(surroundings.s3().keys())
                .filteredOn(key -> key.startsWith("failed/"))
                .hasSize(5);
    }

    @Test
    void anUnchangedDumpIsReasonEnoughToCleanUp() throws IOException {
        String stored = dumpOf(NOW, "again", "redis-1");
        assertThat(run("redis-1", "again", "3").code()).isZero();
        for (int hour = 1; hour <= 5; hour++) {
            put("again/redis-1_" + hoursAgo(hour) + ".rdb");
        }

        assertThat(run("redis-1", "again", "1").code()).isEqualTo(3);

        assertThat(surroundings.s3().keys())
                .filteredOn(key -> key.startsWith("again/"))
                .containsExactly(stored);
    }

    @Test
    void anOldDumpOfARestoredNodeNeitherGoesNorPushesOutTheNewest() throws IOException {
        String newest = put("rewound/redis-1_" + hoursAgo(1) + ".rdb");
        put("rewound/redis-1_" + hoursAgo(2) + ".rdb");
        String current = dumpOf(NOW.minus(Duration.ofDays(30)), "rewound", "redis-1");

        assertThat(run("redis-1", "rewound", "1").code()).isZero();
        assertThat(run("redis-1", "rewound", "1").code()).isEqualTo(3);

        assertThat(surroundings.s3().keys())
                .filteredOn(key -> key.startsWith("rewound/"))
                .containsExactlyInAnyOrder(newest, current);
    }

    @Test
    void backupsOfATimeAheadTakeNoPlaceOfOthers() throws IOException {
        List<String> ahead = new ArrayList<>();
        for (int hour = 1; hour <= 3; hour++) {
            ahead.add(put("ahead/redis-1_2999-01-02T0" + hour + ":04:05Z.rdb"));
        }
        String older = put("ahead/redis-1_" + hoursAgo(1) + ".rdb");
        put("ahead/redis-1_" + hoursAgo(2) + ".rdb");
        String current = dumpOf(NOW, "ahead", "redis-1");

        assertThat(run("redis-1", "ahead", "2").code()).isZero();

        ahead.addAll(List.of(older, current));
        assertThat(surroundings.s3().keys())
                .filteredOn(key -> key.startsWith("ahead/"))
                .containsExactlyInAnyOrderElementsOf(ahead);
    }

    private Exit run(String node, String prefix, String keepLast) {
        return surroundings
                .vault()
                .and("REDIS_NODE_NAME", node)
                .and("S3_PREFIX", prefix)
                .and("REDIS_DATA_PATH", data.toString())
                .and("RETENTION_KEEP_LAST", keepLast)
                .run("--once");
    }

    private static Instant hoursAgo(int hours) {
        return NOW.minus(Duration.ofHours(hours));
    }

    private String dumpOf(Instant time, String prefix, String node) throws IOException {
        Path dump = SyntheticDump.write(data.resolve("dump.rdb"), 10_000, 1);
        Files.setLastModifiedTime(dump, FileTime.from(time));
        return prefix + "/" + node + "_" + time + ".rdb";
    }

    private static String put(String key) throws IOException {
        Path file = surroundings.s3().file(key);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x");
        return key;
    }
}
