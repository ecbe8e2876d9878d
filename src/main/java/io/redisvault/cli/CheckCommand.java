package io.redisvault.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.BackupNaming;
import io.redisvault.backup.BackupSchedule;
import io.redisvault.config.Settings;
import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.DumpFile;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.redis.ClusterNode;
import io.redisvault.redis.RedisNode;
import io.redisvault.redis.ServerInfo;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.FileErrors;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import picocli.CommandLine.Command;

/** Checks whether settings, Redis, dump and storage allow backups, and says how to fix what does not. */
@Command(
        name = "check",
        description = "Check everything that a backup needs, and say what is wrong and how to fix it.",
        mixinStandardHelpOptions = true,
        footer = {"%nExamples:", "  redis-vault check", "  redis-vault check --json"})
final class CheckCommand extends VaultCommand {

    /** How bad a finding is: backups still run with a {@link #WARNING}, but not if something is {@link #WRONG}. */
    @RegisterForReflection
    enum Result {
        OK(Logger.Level.INFO),
        WARNING(Logger.Level.WARN),
        WRONG(Logger.Level.ERROR);

        private final Logger.Level level;

        Result(Logger.Level level) {
            this.level = level;
        }

        /** The word in the output. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param text what was found; if it is not {@link Result#OK}, also the remedy */
    @RegisterForReflection
    record Finding(String subject, Result result, String text) {}

    private static final Logger LOG = Logger.getLogger(CheckCommand.class);
    private static final int RETRIES = 4;
    private static final Duration PAUSE = Duration.ofSeconds(2);

    @Inject
    VaultConfig config;

    @Inject
    RedisNode redis;

    @Inject
    BackupStorage storage;

    @Inject
    BackupNaming naming;

    @Inject
    BackupSchedule schedule;

    @Inject
    Clock clock;

    @Override
    void beforeStart() {
        // RedisVault would log the warnings that the findings contain.
        System.setProperty("quarkus.log.category.\"io.redisvault.cli.RedisVault\".level", "OFF");
    }

    @Override
    public Integer call() throws IOException {
        Stream<Finding> warnings = Settings.current().warnings().stream().map(text -> warning("settings", text));
        Stream<Finding> answers = Uni.join().all(checks(redis.state())).andFailFast().await().indefinitely().stream()
                .flatMap(List::stream);
        List<Finding> found = Stream.of(settings().stream(), warnings, service().stream(), answers)
                .flatMap(findings -> findings)
                .toList();
        print(
                found,
                found.stream()
                        .map(finding ->
                                "%-7s  %-8s  %s".formatted(finding.result().word(), finding.subject(), finding.text()))
                        .collect(Collectors.joining(System.lineSeparator())));
        return found.stream().anyMatch(finding -> finding.result() == Result.WRONG)
                ? RedisVault.FAILED
                : RedisVault.DONE;
    }

    /** Logs each finding of the service as soon as it is known. Redis may start after its sidecar, so it is retried. */
    void log() {
        Uni<ServerInfo> retried =
                redis.state().onFailure().retry().withBackOff(PAUSE, PAUSE).atMost(RETRIES);
        log(settings());
        log(service());
        checks(retried).forEach(check -> check.subscribe()
                .with(CheckCommand::log, fault -> LOG.error("a check at the start failed", fault)));
    }

    private static void log(List<Finding> findings) {
        findings.forEach(finding -> LOG.log(finding.result().level, finding.text()));
    }

    private List<Uni<List<Finding>>> checks(Uni<ServerInfo> state) {
        Uni<List<Finding>> dump = Uni.createFrom()
                .item(this::dump)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .map(List::of);
        return List.of(redis(state), dump, storage().map(List::of));
    }

    private List<Finding> settings() {
        List<Finding> findings = new ArrayList<>();
        List<String> sources = Settings.current().sources();
        String from =
                sources.isEmpty() ? "all settings have their defaults" : "settings of " + String.join(", ", sources);
        findings.add(ok("settings", from));
        if (!config.backup().verifyDump()) {
            findings.add(
                    warning("settings", "VERIFY_DUMP is false: a torn or damaged dump will be stored like a good one"));
        }
        return findings;
    }

    /** Findings about HTTP and the schedule, which only the service uses. */
    private List<Finding> service() {
        boolean tls = config.http().tlsCertFile().isPresent();
        // Quarkus' value is the port in use, even if HTTP_PORT is 0.
        String port =
                ConfigProvider.getConfig().getValue(tls ? "quarkus.http.ssl-port" : "quarkus.http.port", String.class);
        String callers = config.http().token().isPresent()
                ? "whoever has the token"
                : "callers on this machine only; API_TOKEN opens it to others";
        String server = (tls ? "https://" : "http://") + config.http().host() + ":" + port;
        Instant next = schedule.next();
        String wait = HumanText.time(Duration.between(clock.instant(), next));
        String times = config.backup()
                .cron()
                .map(cron -> "by cron " + cron)
                .orElseGet(() -> "every " + HumanText.time(config.backup().interval()));
        List<Finding> findings = new ArrayList<>();
        findings.add(ok("http", "HTTP at " + server + ", the API for " + callers));
        findings.add(ok("schedule", "the next run begins in " + wait + ", at " + next + "; then " + times));
        config.verify()
                .cron()
                .ifPresent(cron -> findings.add(ok("schedule", "the newest backup is verified by cron " + cron)));
        return findings;
    }

    private Uni<List<Finding>> redis(Uni<ServerInfo> asked) {
        return asked.chain(state -> Uni.combine()
                        .all()
                        .unis(redis.savingProblem(state), redis.inCluster(state))
                        .with((problem, node) -> redis(state, problem, node)))
                .onFailure()
                .recoverWithItem(failure -> List.of(
                        config.redis().roleMatters()
                                ? wrong("redis", failure.getMessage())
                                : warning("redis", failure.getMessage() + "; runs go on without it")));
    }

    private List<Finding> redis(ServerInfo info, Optional<String> problem, Optional<ClusterNode> node) {
        String address = config.redis().connectionString().toString();
        String saved = info.lastSave().map(time -> ", last save " + ago(time)).orElse("");
        String appends = info.appendOnly() ? ", appendonly yes: it ignores a restored dump" : "";
        List<Finding> findings = new ArrayList<>();
        findings.add(ok(
                "redis",
                address + " is " + info.server() + ", role " + info.role().word() + saved + appends));
        problem.ifPresent(text -> findings.add(warning("redis", text)));
        if (node.isEmpty() && info.inCluster()) {
            findings.add(warning(
                    "redis",
                    address + " is a node of a cluster and does not say its slots, so that backups do not either:"
                            + " allow its user CLUSTER NODES (ACL SETUSER ... +cluster|nodes), as SECURITY.md says"));
        }
        return findings;
    }

    private Finding dump() {
        Path path = config.redis().dataPath().resolve(config.backup().dumpFilename());
        try (DumpFile dump = DumpFile.open(path, config.backup().verifyDump())) {
            String version = dump.facts()
                    .map(facts -> ", RDB version " + facts.header().version())
                    .orElse("");
            String size = HumanText.bytes(dump.size());
            return ok(
                    "dump",
                    path + " can be read by user " + FileErrors.user() + ": " + size + ", written "
                            + ago(dump.modified()) + version);
        } catch (NoSuchFileException none) {
            return missing(path);
        } catch (InvalidDumpException damage) {
            return wrong("dump", path + ": " + damage.getMessage());
        } catch (IOException unreadable) {
            return wrong("dump", FileErrors.text(unreadable));
        }
    }

    private static Finding missing(Path dump) {
        try {
            return warning("dump", DumpFile.whyMissing(dump));
        } catch (IOException noDirectory) {
            return wrong("dump", FileErrors.text(noDirectory));
        }
    }

    private Uni<Finding> storage() {
        String place = storage.url(naming.keyPrefix()) + "*";
        return storage.checkAccess()
                .chain(() -> storage.checkWrite(naming.keyPrefix()))
                .map(untried -> untried.map(why ->
                                warning("storage", "the storage can be reached and listed; " + why + ": " + place))
                        .orElse(ok(
                                "storage",
                                "the storage can be reached, listed, written to and deleted from: " + place)))
                .onFailure()
                .recoverWithItem(failure ->
                        wrong("storage", "the storage cannot be used: " + failure.getMessage() + " (" + place + ")"));
    }

    private String ago(Instant time) {
        return HumanText.age(time, clock.instant()) + " ago";
    }

    private static Finding ok(String subject, String text) {
        return new Finding(subject, Result.OK, text);
    }

    private static Finding warning(String subject, String text) {
        return new Finding(subject, Result.WARNING, text);
    }

    private static Finding wrong(String subject, String text) {
        return new Finding(subject, Result.WRONG, text);
    }
}
