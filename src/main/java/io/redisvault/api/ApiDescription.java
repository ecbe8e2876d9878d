package io.redisvault.api;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.io.InputStream;

/** The description of the API. It is a file: to make it at run time takes libraries that weigh more than what it describes. */
@Path("/q/openapi")
public class ApiDescription {

    @GET
    @Produces("application/yaml")
    public byte[] document() throws IOException {
        try (InputStream document = ApiDescription.class.getResourceAsStream("openapi.yaml")) {
            return document.readAllBytes();
        }
    }
}
