package io.redisvault.api;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.restore.BackupSelection;
import io.redisvault.restore.NoBackupException;
import io.redisvault.restore.Verification;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestQuery;

/** The backups in the storage. */
@Path("/backups")
@Produces(MediaType.APPLICATION_JSON)
public class BackupsResource {

    private static final Logger LOG = Logger.getLogger(BackupsResource.class);
    /** Only for those who ask for bytes: browsers and curl take anything, and get the facts. */
    private static final String BYTES_IF_ASKED_FOR = MediaType.APPLICATION_OCTET_STREAM + ";qs=0.1";

    private final BackupCatalog catalog;
    private final Verification verification;
    private final BackupDownload download;
    private final ReadLimit readLimit;

    BackupsResource(BackupCatalog catalog, Verification verification, BackupDownload download, ReadLimit readLimit) {
        this.catalog = catalog;
        this.verification = verification;
        this.download = download;
        this.readLimit = readLimit;
    }

    @GET
    @Operation(
            summary = "This node's backups, newest first",
            description = "At most limit of them, from 1 to 1000, which is the default; if there are older ones, a Link"
                    + " header tells where the list goes on. With before=TIME only those that are older. With facts=true"
                    + " each tells what is known of its content, at one request to the storage more.")
    @APIResponse(
            responseCode = "200",
            description = "those there are",
            content = @Content(schema = @Schema(type = SchemaType.ARRAY, implementation = Backup.class)))
    @APIResponse(responseCode = "400", description = "limit or before cannot be read")
    @APIResponse(responseCode = "502", description = "the storage failed")
    public Uni<Response> list(@RestQuery boolean facts, @RestQuery String limit, @RestQuery String before) {
        BackupPage page = BackupPage.of(limit, before);
        return catalog.newest(page.limit() + 1, page::includes).onItem().transformToUni(newest -> {
            List<Backup> shown = page.of(newest);
            return (facts ? catalog.withFacts(shown) : Uni.createFrom().item(shown)).map(backups -> {
                Response.ResponseBuilder answer = Response.ok(backups);
                page.next(newest, facts)
                        .ifPresent(next -> answer.header(HttpHeaders.LINK, "<" + next + ">; rel=\"next\""));
                return answer.build();
            });
        });
    }

    @GET
    @Path("{name}")
    @ResponseHeader(name = HttpHeaders.VARY, value = HttpHeaders.ACCEPT)
    @Operation(
            summary = "A backup: what is known of it, or its bytes",
            description = "With Accept: application/octet-stream its bytes, all or a range of them. All are checked"
                    + " on the way; the connection of a download that turns out bad is broken off.")
    @APIResponse(
            responseCode = "200",
            description = "what is known of it, or its bytes",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Backup.class)),
                @Content(
                        mediaType = MediaType.APPLICATION_OCTET_STREAM,
                        schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(responseCode = "206", description = "the range that was asked for, unchecked")
    @APIResponse(responseCode = "304", description = "it is the one of If-None-Match")
    @APIResponse(responseCode = "404", description = "there is no such backup")
    @APIResponse(responseCode = "412", description = "it is not the one of If-Match")
    @APIResponse(responseCode = "416", description = "the range lies beyond the end")
    @APIResponse(responseCode = "502", description = "the storage failed")
    @APIResponse(responseCode = "503", description = "too many backups are being read")
    public Uni<Backup> facts(String name) {
        return find(name);
    }

    @GET
    @Path("{name}")
    @Produces(BYTES_IF_ASKED_FOR)
    @Operation(hidden = true)
    public Uni<Response> bytes(
            String name, @Context Request request, @RestHeader String range, @RestHeader String ifRange) {
        return find(name).map(backup -> download.answer(backup, request, range, ifRange));
    }

    @POST
    @Path("{name}/verify")
    @Operation(
            summary = "Read a backup back and check it",
            description = "Answers when all of it was read, with what was found. Giving up ends the reading.")
    @APIResponse(
            responseCode = "200",
            description = "it is good; rdb.verified is false if Redis wrote no checksum to compare it with",
            content = @Content(schema = @Schema(implementation = Backup.class)))
    @APIResponse(responseCode = "404", description = "there is no such backup")
    @APIResponse(responseCode = "422", description = "the backup is corrupt")
    @APIResponse(responseCode = "502", description = "the storage failed")
    @APIResponse(responseCode = "503", description = "too many backups are being read")
    public Uni<Backup> verify(String name) {
        return readLimit
                .hold(verification
                        .run(BackupSelection.named(name), reading -> {})
                        .toMulti())
                .toUni()
                .onFailure(NoBackupException.class)
                .transform(missing -> Problems.noSuchBackup(name))
                .onFailure(InvalidDumpException.class)
                .invoke(damage -> LOG.error(damage.getMessage()));
    }

    private Uni<Backup> find(String name) {
        return catalog.find(name)
                .onFailure(StorageException.NotFound.class)
                .transform(missing -> Problems.noSuchBackup(name));
    }
}
