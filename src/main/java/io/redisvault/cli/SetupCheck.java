package io.redisvault.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.BackupNaming;
import io.redisvault.backup.BackupSchedule;
import io.redisvault.config.Settings;
import io.redisvault.config.VaultConfig;
import io.redisvault.rdb.DumpFile;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.redis.RedisNode;
import io.redisvault.redis.ServerInfo;
import io.redisvault.storage.BackupStorage;
import io.redisvault.storage.FileErrors;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
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
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/** Checks whether settings, Redis, dump and storage allow backups, and says how to mend what does not. */
@ApplicationScoped
public class SetupCheck {

    /** With a warning backups are still taken, with something wrong they are not. */
    @RegisterForReflection
    public enum Result {
        OK(Logger.Level.INFO),
        WARNING(Logger.Level.WARN),
        WRONG(Logger.Level.ERROR);

        private final Logger.Level level;

        Result(Logger.Level level) {
            this.level = level;
        }

        /** As it is printed. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param text with the remedy, where something is wrong */
    @RegisterForReflection
    public record Finding(String subject, Result result, String text) {}

    private static final Logger LOG = Logger.getLogger(SetupCheck.class);
    private static final int RETRIES = 4;
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final VaultConfig config;
    private final RedisNode redis;
    private final BackupStorage storage;
    private final BackupNaming naming;
    private final BackupSchedule schedule;
    private final Clock clock;

    SetupCheck(
            VaultConfig config,
            RedisNode redis,
            BackupStorage storage,
            BackupNaming naming,
            BackupSchedule schedule,
            Clock clock) {
        this.config = config;
        this.redis = redis;
        this.storage = storage;
        this.naming = naming;
        this.schedule = schedule;
        this.clock = clock;
    }

    /** All findings. Never fails. */
    Uni<List<Finding>> run() {
        Stream<Finding> warnings = Settings.current().warnings().stream().map(text -> warning("settings", text));
        List<Finding> known = Stream.of(settings().stream(), warnings, service().stream())
                .flatMap(findings -> findings)
                .toList();
        return Uni.join().all(questions(redis.state())).andFailFast().map(answers -> Stream.concat(
                        known.stream(), answers.stream().flatMap(List::stream))
                .toList());
    }

    /** Logs each finding as soon as it is known; a sidecar starts before its Redis, which is waited for a little. */
    void log() {
        Uni<ServerInfo> patient =
                redis.state().onFailure().retry().withBackOff(PAUSE, PAUSE).atMost(RETRIES);
        settings().forEach(SetupCheck::say);
        service().forEach(SetupCheck::say);
        questions(patient).forEach(question -> question.subscribe()
                .with(
                        findings -> findings.forEach(SetupCheck::say),
                        fault -> LOG.error("a check at the start failed", fault)));
    }

    private static void say(Finding finding) {
        LOG.log(finding.result().level, finding.text());
    }

    private List<Uni<List<Finding>>> questions(Uni<ServerInfo> state) {
        Uni<List<Finding>> dump = Uni.createFrom()
                .item(this::dump)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .map(List::of);
        return List.of(redis(state), dump, storage().map(List::of));
    }

    private List<Finding> settings() {
        List<Finding> findings = new ArrayList<>();
        List<String> sources = Settings.current().sources();
        findings.add(ok(
                "settings",
                sources.isEmpty() ? "all settings have their defaults" : "settings of " + String.join(", ", sources)));
        if (!config.backup().verifyDump()) {
            findings.add(
                    warning("settings", "VERIFY_DUMP is false: a torn or damaged dump will be stored like a good one"));
        }
        return findings;
    }

    /** Findings about HTTP and the schedule, which only the service uses. */
    private List<Finding> service() {
        boolean tls = config.http().tlsCertFile().isPresent();
        // The port in use, also if HTTP_PORT is 0.
        String port =
                ConfigProvider.getConfig().getValue(tls ? "quarkus.http.ssl-port" : "quarkus.http.port", String.class);
        List<Finding> findings = new ArrayList<>();
        findings.add(ok(
                "http",
                "HTTP at %s://%s:%s, the API for %s"
                        .formatted(
                                tls ? "https" : "http",
                                config.http().host(),
                                port,
                                config.http().token().isPresent()
                                        ? "whoever has the token"
                                        : "callers on this machine only; API_TOKEN opens it to others")));
        Instant next = schedule.next();
        findings.add(ok(
                "schedule",
                "the next run begins in %s, at %s; then %s"
                        .formatted(
                                HumanText.time(Duration.between(clock.instant(), next)),
                                next,
                                config.backup()
                                        .cron()
                                        .map(cron -> "by cron " + cron)
                                        .orElseGet(() -> "every "
                                                + HumanText.time(config.backup().interval())))));
        config.verify()
                .cron()
                .ifPresent(cron -> findings.add(ok("schedule", "the newest backup is verified by cron " + cron)));
        return findings;
    }

    private Uni<List<Finding>> redis(Uni<ServerInfo> asked) {
        return asked.chain(state -> redis.savingProblem(state).map(problem -> redis(state, problem)))
                .onFailure()
                .recoverWithItem(failure -> List.of(
                        config.redis().roleMatters()
                                ? wrong("redis", failure.getMessage())
                                : warning("redis", failure.getMessage() + "; runs go on without it")));
    }

    private List<Finding> redis(ServerInfo info, Optional<String> problem) {
        String saved = info.lastSave().map(time -> ", last save " + ago(time)).orElse("");
        String appends = info.appendOnly() ? ", appendonly yes: it ignores a restored dump" : "";
        Finding node = ok(
                "redis",
                "%s is %s, role %s%s%s"
                        .formatted(
                                config.redis().connectionString(),
                                info.server(),
                                info.role().word(),
                                saved,
                                appends));
        return Stream.concat(Stream.of(node), problem.stream().map(text -> warning("redis", text)))
                .toList();
    }

    private Finding dump() {
        Path path = config.redis().dataPath().resolve(config.backup().dumpFilename());
        try (DumpFile dump = DumpFile.open(path, config.backup().verifyDump())) {
            String version = dump.facts()
                    .map(facts -> ", RDB version " + facts.header().version())
                    .orElse("");
            return ok(
                    "dump",
                    "%s can be read by user %s: %s, written %s%s"
                            .formatted(
                                    path,
                                    FileErrors.user(),
                                    HumanText.bytes(dump.size()),
                                    ago(dump.modified()),
                                    version));
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
