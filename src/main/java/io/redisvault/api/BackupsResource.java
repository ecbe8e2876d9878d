package io.redisvault.api;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.restore.BackupSelection;
import io.redisvault.restore.NoBackupException;
import io.redisvault.restore.Verification;
import io.redisvault.storage.StorageException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestMulti;
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
    public Uni<Response> list(@RestQuery boolean facts, @RestQuery String limit, @RestQuery String before) {
        BackupPage page = BackupPage.of(limit, before);
        return catalog.newest(page.limit(), page.before()).onItem().transformToUni(newest -> {
            List<Backup> shown = newest.backups();
            return (facts ? catalog.withFacts(shown) : Uni.createFrom().item(shown)).map(backups -> {
                Response.ResponseBuilder answer = Response.ok(backups);
                if (newest.more()) {
                    URI next = page.after(shown.get(shown.size() - 1), facts);
                    answer.header(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"");
                }
                return answer.build();
            });
        });
    }

    @GET
    @Path("{name}")
    @ResponseHeader(name = HttpHeaders.VARY, value = HttpHeaders.ACCEPT)
    public Uni<Backup> facts(String name) {
        return find(name);
    }

    @GET
    @Path("{name}")
    @Produces(BYTES_IF_ASKED_FOR)
    public RestMulti<byte[]> bytes(
            String name,
            @RestHeader String range,
            @RestHeader String ifRange,
            @Context Request request,
            @Context HttpServerRequest connected) {
        return download.answer(find(name), request, range, ifRange, connected.connection()::close);
    }

    @POST
    @Path("{name}/verify")
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
