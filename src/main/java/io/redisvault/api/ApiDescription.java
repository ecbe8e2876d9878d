package io.redisvault.api;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;

/** Serves the description of the API, which is generated when the application is built. */
@Path("/q/openapi")
@SecurityScheme(
        securitySchemeName = "token",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "API_TOKEN; without one, callers on the same machine need none")
public class ApiDescription {

    @GET
    @Produces("application/yaml")
    @Operation(hidden = true)
    public byte[] document() throws IOException {
        try (InputStream document = ApiDescription.class.getResourceAsStream("openapi.yaml")) {
            return document.readAllBytes();
        }
    }
}
