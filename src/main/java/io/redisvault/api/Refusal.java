package io.redisvault.api;

import io.redisvault.Json;
import io.vertx.ext.web.RoutingContext;

/** A problem answered before any resource is asked. */
final class Refusal {

    private Refusal() {}

    static void send(RoutingContext call, Problem problem) {
        call.response()
                .setStatusCode(problem.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(Json.of(problem));
    }
}
