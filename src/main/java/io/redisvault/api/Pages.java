package io.redisvault.api;

import io.redisvault.config.VaultConfig;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;

/** Serves the web page for people and the OpenAPI description for programs. */
@Path("/")
@SecurityScheme(
        securitySchemeName = "token",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "the value of API_TOKEN; if it is not set, only callers on the same machine are answered")
public class Pages {

    private static final String TOKEN = "data-token=\"%s\"";

    private final String page;
    private final String policy;

    Pages(VaultConfig config) {
        // Tells the page to ask for the token first, instead of getting a 401.
        page = new String(read(Pages.class.getResourceAsStream("page.html")), StandardCharsets.UTF_8)
                .replace(
                        TOKEN.formatted(false),
                        TOKEN.formatted(config.http().token().isPresent()));
        // Allows only the inline script and style, and calls to the same origin.
        policy = "default-src 'none'; script-src '" + hash("script") + "'; style-src '" + hash("style")
                + "'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    @GET
    @Produces(MediaType.TEXT_HTML + ";charset=UTF-8")
    @Operation(hidden = true)
    public Response page() {
        return Response.ok(page)
                .header("Content-Security-Policy", policy)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header("Cache-Control", "no-cache")
                .build();
    }

    /** Returns the OpenAPI description, which is generated at build time. */
    @GET
    @Path("q/openapi")
    @Produces("application/yaml")
    @Operation(hidden = true)
    public byte[] description() {
        return read(Pages.class.getResourceAsStream("openapi.yaml"));
    }

    private static byte[] read(InputStream file) {
        try (file) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String hash(String element) {
        String start = "<" + element + ">";
        String content = page.substring(page.indexOf(start) + start.length(), page.indexOf("</" + element + ">"));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
