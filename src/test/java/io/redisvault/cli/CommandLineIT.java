package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.redisvault.codec.AgeKeys;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.VaultProcess.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

@TestMethodOrder(MethodOrderer.MethodName.class)
class CommandLineIT {

    @AutoClose
    private static final Surroundings surroundings = Surroundings.start();

    @BeforeAll
    static void start() {
        surroundings.redis().populate(1000, 100);
        surroundings.redis().save();
    }

    @Test
    void helpNamesTheCommandsAndTheExitCodes() {
        Exit exit = VaultProcess.with(Map.of()).run("--help");
        assertThat(exit.code()).isZero();
        assertThat(exit.out()).contains("--config=PATH", "--once", "backup", "list", "restore", "nothing to do");
    }

    @Test
    void versionIsThatOfTheBuild() {
        Exit exit = VaultProcess.with(Map.of()).run("--version");
        assertThat(exit.code()).isZero();
        assertThat(exit.out()).matches("redis-vault \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n");
    }

    /** As arguments of an image whose entry point is the program itself. */
    @Test
    void theNameOfTheProgramMayComeFirst() {
        Exit exit = VaultProcess.with(Map.of()).run("redis-vault", "--version");
        assertThat(exit.code()).isZero();
        assertThat(exit.out()).startsWith("redis-vault ");
    }

    @Test
    void keysAreMadeWithoutAnySettings() {
        Exit exit = VaultProcess.with(Map.of("S3_BUCKET", "")).run("keygen");
        assertThat(exit.code()).isZero();
        String[] lines = exit.out().split("\n");
        assertThat(lines).hasSize(3);
        assertThat(lines[0]).matches("# created: [-0-9TZ:]+");
        AgeKeys.requireRecipient(lines[1].replace("# public key: ", ""));
        AgeKeys.requireIdentity(lines[2]);
    }

    @Test
    void anUnknownOptionIsWrongUsage() {
        Exit exit = VaultProcess.with(Map.of()).run("--onec");
        assertThat(exit.code()).isEqualTo(2);
        assertThat(exit.err())
                .startsWith("redis-vault: '--onec' is unknown; redis-vault takes check, backup, list, ")
                .contains("--once", "--config")
                .hasLineCount(1);
        Exit inCommand = VaultProcess.with(Map.of()).run("list", "--al");
        assertThat(inCommand.code()).isEqualTo(2);
        assertThat(inCommand.err())
                .startsWith("redis-vault: '--al' is unknown; redis-vault list takes --")
                .contains("--limit")
                .hasLineCount(1);
    }

    @Test
    void aWrongTimeIsOneLineThatSaysWhatIsAllowed() {
        Exit exit = VaultProcess.with(Map.of()).run("list", "--before", "yesterday");
        assertThat(exit.code()).isEqualTo(2);
        assertThat(exit.err())
                .startsWith("redis-vault: ")
                .contains("--before", "'yesterday' is not a time; write 2026-11-28, 2026-11-28T14:00")
                .hasLineCount(1);
    }

    @Test
    void helpIsACommandToo() {
        Exit exit = VaultProcess.with(Map.of()).run("help");
        assertThat(exit.code()).isZero();
        assertThat(exit.out())
                .isEqualTo(VaultProcess.with(Map.of()).run("--help").out());
        assertThat(VaultProcess.with(Map.of()).run("help", "restore").out()).contains("--if-empty");
    }

    @Test
    void serveIsWhatIsDoneWithoutACommand() {
        try (VaultProcess service = surroundings.vault().serve("serve")) {
            assertThat(service.get("/q/health/ready").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void everyMistakeIsOneLineAndNothingIsStarted(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("config.yaml"), "retention:\n  keep_lst: 3\n");
        Exit exit = VaultProcess.with(Map.of("BACKUP_MASTER", "flase", "S3_BUCKET", ""))
                .in(directory)
                .run("--once");
        assertThat(exit.code()).isEqualTo(2);
        assertThat(exit.out()).isEmpty();
        assertThat(exit.err().lines())
                .hasSize(3)
                .allMatch(line -> line.startsWith("redis-vault: "))
                .anyMatch(line -> line.contains("BACKUP_MASTER") && line.contains("flase"))
                .anyMatch(line -> line.contains("S3_BUCKET"))
                .anyMatch(line -> line.contains("retention.keep_lst") && line.contains("retention.keep_last"));
    }

    @Test
    void aConfigurationFileThatIsNamedMustExist() {
        Exit exit = surroundings.vault().run("--config", "missing.yaml", "--once");
        assertThat(exit.code()).isEqualTo(2);
        assertThat(exit.err()).contains("missing.yaml");
    }

    @Test
    void onceStoresTheDumpAndThenHasNothingToDo() {
        Exit first = surroundings.vault().and("REDIS_NODE_NAME", "once").run("--once");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.out()).matches("s3://redis-vault/redis-vault/once_[0-9TZ:-]+\\.rdb\n");
        assertThat(surroundings.s3().keys()).contains(first.out().strip().replace("s3://redis-vault/", ""));

        Exit second = surroundings.vault().and("REDIS_NODE_NAME", "once").run("backup");
        assertThat(second.code()).as(second.err()).isEqualTo(3);
        assertThat(second.out()).isEmpty();

        Exit quiet = surroundings.vault().and("REDIS_NODE_NAME", "once").run("backup", "--quiet");
        assertThat(quiet.code()).isEqualTo(3);
        assertThat(quiet.out() + quiet.err()).isEmpty();

        Exit again = surroundings.vault().and("REDIS_NODE_NAME", "once").run("backup", "--json");
        assertThat(again.out()).startsWith("{\"outcome\":\"skipped\",\"reason\":\"unchanged\",");
    }

    @Test
    void aBackupOnATerminalIsABarAndAPlainLine() {
        assumeThat(Path.of("/usr/bin/script")).exists();
        Exit exit = surroundings
                .vault()
                .and("REDIS_NODE_NAME", "terminal")
                .onTerminal()
                .run("backup");
        assertThat(exit.code()).as(exit.out()).isZero();
        assertThat(exit.out())
                .containsPattern("\\r\\[#{30}] 100%  \\S+ KiB of \\S+ KiB ")
                .containsPattern(
                        "(?m)^redis-vault: stored \\S+ KiB, redis \\S+, RDB version \\d+, CRC-64 \\S+ verified")
                .doesNotContain("INFO", "[io.redisvault");
    }

    @Test
    void theFileIsReadAndTheEnvironmentWins(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(
                directory.resolve("other.yaml"), "redis: {node_name: from-file}\nstorage: {prefix: from-file}\n");
        Exit exit = surroundings
                .vault()
                .and("REDIS_NODE_NAME", "from-environment")
                .run("--config", file.toString(), "--once");
        assertThat(exit.code()).as(exit.err()).isZero();
        assertThat(exit.out()).startsWith("s3://redis-vault/from-file/from-environment_");
    }

    @Test
    void commandsWorkBesideARunningService() {
        try (VaultProcess service =
                surroundings.vault().and("REDIS_NODE_NAME", "beside").serve()) {
            Exit exit = surroundings
                    .vault()
                    .and("REDIS_NODE_NAME", "beside")
                    .and("HTTP_PORT", String.valueOf(service.url().getPort()))
                    .run("--once");
            assertThat(exit.code()).as(exit.err()).isZero();
            assertThat(service.get("/backups").body()).contains("beside_");
            assertThat(VaultProcess.with(Map.of(
                                    "HTTP_PORT", String.valueOf(service.url().getPort())))
                            .run("health")
                            .code())
                    .isZero();
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        String port = String.valueOf(surroundings.s3().port());
        Exit exit = surroundings.vault().and("HTTP_PORT", port).run();
        assertThat(exit.code()).isEqualTo(1);
        assertThat(exit.err())
                .startsWith("redis-vault: cannot listen on port " + port)
                .endsWith("; set HTTP_PORT to a free one\n")
                .hasLineCount(1);
    }

    @Test
    void anAddressOfAnotherMachineIsNamed() {
        // Of a range that is for documentation only.
        Exit exit = surroundings.vault().and("HTTP_HOST", "192.0.2.1").run();
        assertThat(exit.code()).isEqualTo(1);
        assertThat(exit.err())
                .isEqualTo("redis-vault: cannot listen on 192.0.2.1: no address of this machine; set HTTP_HOST to one,"
                        + " or leave it out\n");
    }

    @Test
    void aPropertyThatIsNoSettingEndsTheStart() {
        Exit exit = surroundings.vault().jvm("-Dvault.nonsense=1").run();
        assertThat(exit.code()).isEqualTo(2);
        assertThat(exit.err())
                .startsWith("redis-vault: ")
                .contains("vault.nonsense in SysPropConfigSource does not map to any root")
                .hasLineCount(1);
    }

    @Test
    void aFailureSaysWhatMendsItWithoutAStackTrace() {
        Exit exit = surroundings.vault().and("S3_BUCKET", "no-such-bucket").run("--once");
        assertThat(exit.code()).isEqualTo(1);
        assertThat(exit.out()).isEmpty();
        assertThat(exit.err())
                .contains("there is no bucket 'no-such-bucket'; create it, or correct S3_BUCKET or STORAGE_URL")
                .doesNotContain("\tat ");
    }
}
