package io.redisvault.drill;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * The keys of one database after a drill.
 *
 * @param expected how many there should be; if some expired meanwhile, the number nearest to the loaded ones that is
 *     right; absent when the dump's keys could not be counted
 * @param loaded how many the server had
 */
@RegisterForReflection
public record DatabaseKeys(int database, Long expected, long loaded) {

    boolean right() {
        return expected == null || expected == loaded;
    }

    @Override
    public String toString() {
        String text = "database " + database + ": " + loaded + (loaded == 1 ? " key" : " keys");
        return right() ? text : text + " instead of " + expected;
    }
}
