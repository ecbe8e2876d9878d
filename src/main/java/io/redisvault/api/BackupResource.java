package io.redisvault.api;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.api.Problems.Problem;
import io.redisvault.backup.BackupNaming;
import io.redisvault.backup.BackupOutcome;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import io.redisvault.backup.BackupRunner;
import io.redisvault.backup.BackupRunner.CompletedRun;
import io.redisvault.backup.BackupSchedule;
import io.redisvault.backup.RunningBackup;
import io.redisvault.backup.RunningBackup.Trigger;
import io.redisvault.redis.ServerInfo.Role;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;

/** {@code /backup}: starts a backup and shows what is happening. */
@Path("/backup")
@Produces(MediaType.APPLICATION_JSON)
@SecurityRequirement(name = "token")
@APIResponse(
        responseCode = "default",
        description = "any error",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class BackupResource {

    private final BackupRunner runner;
    private final BackupSchedule schedule;
    private final BackupNaming naming;

    BackupResource(BackupRunner runner, BackupSchedule schedule, BackupNaming naming) {
        this.runner = runner;
        this.schedule = schedule;
        this.naming = naming;
    }

    @POST
    @Operation(
            summary = "Run a backup",
            description =
                    "Answers when the backup is done, or at once with `Prefer: respond-async`. Errors: 409 a backup"
                            + " is already running, 422 the dump is corrupt and nothing was stored, 500 the dump"
                            + " cannot be read, 502 the storage failed, 503 Redis does not answer and its role"
                            + " matters, or the service is stopping.")
    @APIResponse(
            responseCode = "200",
            description = "skipped: unchanged, role, no-dump or loading",
            content = @Content(schema = @Schema(implementation = Skipped.class)))
    @APIResponse(
            responseCode = "201",
            description = "stored; Location is its address",
            content = @Content(schema = @Schema(implementation = Stored.class)))
    @APIResponse(responseCode = "202", description = "started; Location shows its progress")
    public Uni<Response> backUp(@HeaderParam("Prefer") List<String> preferences) {
        Uni<BackupOutcome> outcome = runner.start(Trigger.REQUEST);
        if (wantsNoWait(preferences)) {
            return Uni.createFrom()
                    .item(Response.accepted()
                            .header(HttpHeaders.LOCATION, "/backup")
                            .header("Preference-Applied", "respond-async")
                            .build());
        }
        return outcome.map(BackupResource::answer);
    }

    private static boolean wantsNoWait(List<String> preferences) {
        return preferences.stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .anyMatch(preference -> preference.strip().equalsIgnoreCase("respond-async"));
    }

    private static Response answer(BackupOutcome outcome) {
        if (outcome instanceof Failed failed) {
            return Problems.of(failed).response();
        }
        return outcome instanceof Stored stored
                // A relative path: the request that would make it absolute is no longer available here.
                ? Response.status(Response.Status.CREATED)
                        .header(
                                HttpHeaders.LOCATION,
                                UriBuilder.fromPath("/backups/{name}")
                                        .build(stored.backup().name()))
                        .entity(stored)
                        .build()
                : Response.ok(outcome).build();
    }

    @GET
    @Operation(summary = "Show the running backup, the last run and the next one")
    @APIResponse(
            responseCode = "200",
            description = "the status of backups",
            content = @Content(schema = @Schema(implementation = BackupStatus.class)))
    public BackupStatus status() {
        Optional<RunningBackup> running = runner.running();
        Optional<CompletedRun> last = runner.last();
        Optional<Role> role = running.map(RunningBackup::role)
                .or(() -> last.map(CompletedRun::role))
                .filter(known -> known != Role.UNKNOWN);
        return new BackupStatus(
                running.isPresent() ? "running" : "idle",
                naming.node(),
                role.map(Role::word).orElse(null),
                schedule.next(),
                running.map(BackupStatus.Running::of).orElse(null),
                last.map(BackupStatus.Last::of).orElse(null),
                runner.lastFailure().map(BackupStatus.Last::of).orElse(null));
    }

    /**
     * The answer of {@code GET /backup}.
     *
     * @param state {@code idle} or {@code running}
     * @param role the node's role in the running or last run; null if unknown
     * @param nextRun when the next scheduled run starts
     * @param running null if no backup is running
     * @param last the last completed run; null if there was none since the start
     * @param lastFailure the last failed run; null if there was none since the start
     */
    @RegisterForReflection
    public record BackupStatus(
            String state, String node, String role, Instant nextRun, Running running, Last last, Last lastFailure) {

        /**
         * The running backup.
         *
         * @param bytesDone bytes of the dump passed on to the upload, counted before compression
         * @param bytesTotal size of the dump; 0 before the upload
         * @param percent {@code bytesDone} of {@code bytesTotal}, rounded down
         * @param bytesPerSecond mean since the upload began; 0 outside the upload
         */
        @RegisterForReflection
        public record Running(
                String trigger,
                Instant startedAt,
                String phase,
                long bytesDone,
                long bytesTotal,
                int percent,
                long bytesPerSecond) {

            static Running of(RunningBackup run) {
                long total = run.bytesTotal();
                return new Running(
                        run.trigger().word(),
                        run.startedAt(),
                        run.phase().word(),
                        run.bytesDone(),
                        total,
                        total == 0 ? 0 : (int) (run.bytesDone() * 100 / total),
                        run.bytesPerSecond());
            }
        }

        /** A completed run. */
        @RegisterForReflection
        public record Last(String trigger, Instant startedAt, Instant endedAt, long durationMs, BackupOutcome result) {

            static Last of(CompletedRun run) {
                return new Last(
                        run.trigger().word(),
                        run.startedAt(),
                        run.endedAt(),
                        run.duration().toMillis(),
                        run.outcome());
            }
        }
    }
}
