package io.redisvault.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/** What {@link GcsServer} answers to a request; {@code type} may be null. */
record GcsAnswer(int status, String type, byte[] body) {
    static GcsAnswer json(JsonNode node) {
        return new GcsAnswer(
                200, "application/json; charset=UTF-8", node.toString().getBytes(StandardCharsets.UTF_8));
    }

    static GcsAnswer empty(int status) {
        return new GcsAnswer(status, null, new byte[0]);
    }

    static GcsAnswer error(int status, String reason, String message) {
        ObjectNode error = GcsObjects.JSON.createObjectNode();
        ObjectNode inner = error.putObject("error").put("code", status).put("message", message);
        inner.putArray("errors")
                .addObject()
                .put("domain", "global")
                .put("reason", reason)
                .put("message", message);
        return new GcsAnswer(
                status, "application/json; charset=UTF-8", error.toString().getBytes(StandardCharsets.UTF_8));
    }
}
