package io.redisvault.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.rdb.SyntheticDump;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What twenty thousand backups in one directory cost: not the memory that the service has, and none is passed over. */
class GrowthIT {

    private static final int MANY = 20_000;
    private static final int OLD = 100;
    private static final Instant LONG_AGO = Instant.parse("2024-01-01T00:00:00Z");
    private static final Instant LATELY =
            Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(2, ChronoUnit.DAYS);
    private static final Pattern NAME = Pattern.compile("\"name\":\"redis-node_([^\"]+)\\.rdb\"");
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");

    /** About 15 MiB of it are live when nothing happens. */
    private static final String HEAP = "-Xmx24m";

    @TempDir
    private Path directory;

    @Test
    void theyAreListedPageByPageAndTheOldOnesDeletedInAHeapThatCouldNotHoldThemAll() throws IOException {
        Path backups = Files.createDirectories(directory.resolve("backups/redis-vault"));
        for (int second = 0; second < MANY; second++) {
            Files.createFile(backups.resolve("redis-node_" + time(second) + ".rdb"));
        }
        Path data = Files.createDirectory(directory.resolve("data"));
        SyntheticDump.write(data.resolve("dump.rdb"), 10_000, 1);
        Map<String, String> environment = Map.of(
                "STORAGE_TYPE", "filesystem",
                "FILESYSTEM_PATH", directory.resolve("backups").toString(),
                "REDIS_CONNECTION", "redis://127.0.0.1:1",
                "REDIS_DATA_PATH", data.toString(),
                "RETENTION_KEEP_DURATION", "52w");

        try (VaultProcess service = VaultProcess.with(environment).jvm(HEAP).serve()) {
            String report = service.post("/backup").body();
            assertThat(report).as(service.output()).contains("\"outcome\":\"stored\"");
            assertThat(report.substring(report.indexOf("\"deleted\"")).split("redis-node_"))
                    .hasSize(1 + OLD);
            assertThat(listed(service, time(MANY)))
                    .isEqualTo(Stream.iterate(time(MANY - 1), time -> time.minusSeconds(1))
                            .limit(2000)
                            .toList());
        }
        Exit all = VaultProcess.with(environment).jvm(HEAP).run("list", "--all");
        assertThat(all.code()).as(all.err()).isZero();
        assertThat(all.out().lines()).hasSize(1 + 5000);
        Instant last = time(MANY - 4999); // The one that was just stored comes first.
        assertThat(all.out()).contains(last.toString());
        assertThat(all.err()).contains("there are older ones: --before " + last + " shows them");
    }

    /** Two pages. */
    private static List<Instant> listed(VaultProcess service, Instant before) {
        List<Instant> listed = new ArrayList<>();
        String page = "/backups?before=" + before;
        for (int pages = 0; pages < 2; pages++) {
            HttpResponse<String> answer = service.get(page);
            assertThat(answer.statusCode()).as(service.output()).isEqualTo(200);
            NAME.matcher(answer.body()).results().forEach(name -> listed.add(Instant.parse(name.group(1))));
            page = NEXT.matcher(answer.headers().firstValue("Link").orElseThrow())
                    .replaceAll("$1");
        }
        return listed;
    }

    private static Instant time(int second) {
        return (second < OLD ? LONG_AGO : LATELY).plusSeconds(second);
    }
}
