package io.redisvault.api;

import io.redisvault.api.Problems.Problem;
import io.redisvault.backup.BackupCatalog;
import io.redisvault.backup.BackupCatalog.NodeBackups;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;

/** All nodes under the prefix. */
@Path("/nodes")
@Produces(MediaType.APPLICATION_JSON)
@SecurityRequirement(name = "token")
@APIResponse(
        responseCode = "default",
        description = "any error",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class NodesResource {

    private final BackupCatalog catalog;

    NodesResource(BackupCatalog catalog) {
        this.catalog = catalog;
    }

    @GET
    @Operation(
            summary = "The nodes that have backups under the prefix, each with its newest one",
            description = "Reads the whole list of the storage. Errors: 502 the storage failed.")
    @APIResponse(responseCode = "200", description = "by name")
    public Uni<List<NodeBackups>> nodes() {
        return catalog.nodes();
    }
}
