package io.redisvault.api;

import io.redisvault.api.Problems.Problem;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.redisvault.backup.BackupCatalog.NodeBackups;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.restore.BackupReader;
import io.redisvault.restore.RestoreException;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestMulti;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /backups} and {@code /nodes}: lists, shows, sends and verifies the backups in the storage. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
@SecurityRequirement(name = "token")
@APIResponse(
        responseCode = "default",
        description = "any error",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class BackupsResource {

    private static final Logger LOG = Logger.getLogger(BackupsResource.class);
    /** Maximum number of backups in one answer; bounds its memory. */
    private static final int MOST = 1000;
    /** Low quality: clients that accept anything, like browsers and curl, get the facts and not the bytes. */
    private static final String BYTES_IF_ASKED_FOR = MediaType.APPLICATION_OCTET_STREAM + ";qs=0.1";

    private final BackupCatalog catalog;
    private final BackupReader reader;
    private final BackupDownload download;
    private final ReadLimit readLimit;

    BackupsResource(BackupCatalog catalog, BackupReader reader, BackupDownload download, ReadLimit readLimit) {
        this.catalog = catalog;
        this.reader = reader;
        this.download = download;
        this.readLimit = readLimit;
    }

    @GET
    @Path("backups")
    @Operation(
            summary = "List this node's backups, newest first",
            description =
                    "Returns at most `limit` backups. If there are older ones, the Link header has the address of the"
                            + " next page. `facts=true` adds the details of each dump, with one more request to the"
                            + " storage for each. Errors: 400 a parameter is invalid, 502 the storage failed.")
    @APIResponse(
            responseCode = "200",
            description = "one page of the list",
            content = @Content(schema = @Schema(type = SchemaType.ARRAY, implementation = Backup.class)))
    public Uni<Response> list(
            @RestQuery boolean facts,
            @Parameter(schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000")) @RestQuery
                    String limit,
            @Parameter(
                            description = "only backups older than this time",
                            schema = @Schema(implementation = Instant.class))
                    @RestQuery
                    String before) {
        int most = limit == null ? MOST : number(limit);
        return catalog.newest(most, before == null ? Instant.MAX : time(before)).chain(page -> {
            List<Backup> shown = page.backups();
            return (facts ? catalog.withFacts(shown) : Uni.createFrom().item(shown)).map(backups -> {
                Response.ResponseBuilder answer = Response.ok(backups);
                if (page.more()) {
                    UriBuilder next = UriBuilder.fromPath("/backups")
                            .queryParam("limit", most)
                            .queryParam("before", shown.get(shown.size() - 1).timestamp());
                    URI older = (facts ? next.queryParam("facts", true) : next).build();
                    answer.header(HttpHeaders.LINK, "<" + older + ">; rel=\"next\"");
                }
                return answer.build();
            });
        });
    }

    private static int number(String limit) {
        if (!limit.matches("[1-9]\\d{0,2}|" + MOST)) {
            throw unreadable("limit", limit, "a number from 1 to " + MOST);
        }
        return Integer.parseInt(limit);
    }

    private static Instant time(String before) {
        try {
            return Instant.parse(before);
        } catch (DateTimeException e) {
            throw unreadable("before", before, "a time such as 2024-12-01T14:30:22Z");
        }
    }

    private static WebApplicationException unreadable(String name, String value, String allowed) {
        String detail = name + " is '" + value + "', it must be " + allowed;
        return Problem.of("bad-parameter", "A parameter cannot be read", 400, detail)
                .exception();
    }

    @GET
    @Path("backups/{name}")
    @ResponseHeader(name = HttpHeaders.VARY, value = HttpHeaders.ACCEPT)
    @Operation(
            summary = "Show or download a backup",
            description =
                    "`Accept: application/octet-stream` downloads the stored bytes, all or a range. A whole download"
                            + " is verified on the way. If the backup is corrupt, the answer is 422, or the"
                            + " connection breaks before the last bytes. Errors: 404 there is no such backup, 412 it"
                            + " does not match If-Match, 416 the range lies beyond the end, 422 the backup is"
                            + " corrupt, 502 the storage failed, 503 too many backups are being read.")
    @APIResponse(
            responseCode = "200",
            description = "details of the backup, or its bytes",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Backup.class)),
                @Content(
                        mediaType = MediaType.APPLICATION_OCTET_STREAM,
                        schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(responseCode = "206", description = "the requested range, unchecked")
    @APIResponse(responseCode = "304", description = "the backup matches If-None-Match")
    public Uni<Backup> facts(String name) {
        return find(name);
    }

    @GET
    @Path("backups/{name}")
    @Produces(BYTES_IF_ASKED_FOR)
    @Operation(hidden = true)
    public RestMulti<byte[]> bytes(
            String name,
            @RestHeader String range,
            @RestHeader String ifRange,
            @Context Request request,
            @Context HttpServerRequest connected) {
        return download.answer(find(name), request, range, ifRange, connected.connection()::close);
    }

    @POST
    @Path("backups/{name}/verify")
    @Operation(
            summary = "Verify a backup",
            description =
                    "Reads the whole backup from the storage, then answers with its details. `rdb.verified` is false"
                            + " if Redis wrote no checksum. If an encrypted backup cannot be decrypted here, `note`"
                            + " says what was checked. The reading ends when the caller disconnects. Errors: 404"
                            + " there is no such backup, 422 the backup is corrupt or no identity decrypts it, 502"
                            + " the storage failed, 503 too many backups are being read.")
    @APIResponse(
            responseCode = "200",
            description = "the backup is good",
            content = @Content(schema = @Schema(implementation = Backup.class)))
    public Uni<Backup> verify(String name) {
        return readLimit
                .hold(reader.verify(BackupReader.Selection.named(name), reading -> {})
                        .toMulti())
                .toUni()
                .onFailure(RestoreException.NoBackup.class)
                .transform(missing -> Problem.noSuchBackup(name).exception())
                .onFailure(InvalidDumpException.class)
                .invoke(damage -> LOG.error(damage.getMessage()));
    }

    private Uni<Backup> find(String name) {
        return catalog.find(name)
                .onFailure(StorageException.NotFound.class)
                .transform(missing -> Problem.noSuchBackup(name).exception());
    }

    @GET
    @Path("nodes")
    @Operation(
            summary = "List all nodes under the prefix, each with its newest backup",
            description = "Lists all objects under the prefix. Errors: 502 the storage failed.")
    @APIResponse(responseCode = "200", description = "all nodes, by name")
    public Uni<List<NodeBackups>> nodes() {
        return catalog.nodes();
    }
}
