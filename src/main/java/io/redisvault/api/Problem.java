package io.redisvault.api;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;

/**
 * An error, as RFC 9457 has it.
 *
 * @param type names the kind of problem for programs and never changes
 */
@RegisterForReflection
public record Problem(String type, String title, int status, String detail) {

    static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(String kind, String title, int status, String detail) {
        return new Problem("urn:redis-vault:problem:" + kind, title, status, detail);
    }

    /** A problem of which the status says all, such as {@code not-found}. */
    static Problem of(int status, String detail) {
        String reason = HttpResponseStatus.valueOf(status).reasonPhrase();
        return of(reason.toLowerCase(Locale.ROOT).replace(' ', '-'), reason, status, detail);
    }

    /** Answers a call that reaches no resource. */
    void answer(RoutingContext call) {
        call.response().setStatusCode(status).putHeader("Content-Type", MEDIA_TYPE);
        call.json(this);
    }
}
