package io.redisvault.api;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * What went wrong, as RFC 9457 has it.
 *
 * @param type names the kind of problem for programs and never changes
 */
@RegisterForReflection
public record Problem(String type, String title, int status, String detail) {

    static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(String kind, String title, int status, String detail) {
        return new Problem("urn:redis-vault:problem:" + kind, title, status, detail);
    }
}
