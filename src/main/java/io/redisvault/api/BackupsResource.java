package io.redisvault.api;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;

/** The backups in the storage. */
@Path("/backups")
@Produces(MediaType.APPLICATION_JSON)
public class BackupsResource {

    private final BackupCatalog catalog;

    BackupsResource(BackupCatalog catalog) {
        this.catalog = catalog;
    }

    @GET
    @Operation(
            summary = "This node's backups, newest first",
            description =
                    "With facts=true each tells what is known of its content, at one request to the storage more.")
    public Uni<List<Backup>> list(@RestQuery boolean facts) {
        return facts ? catalog.listWithFacts() : catalog.list();
    }
}
