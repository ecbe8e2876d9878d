package io.redisvault.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Locale;

/**
 * One line of a check of the setup.
 *
 * @param text with the remedy, where something is wrong
 */
@RegisterForReflection
public record Finding(String subject, Result result, String text) {

    /** With a warning backups are still taken, with something wrong they are not. */
    @RegisterForReflection
    public enum Result {
        OK,
        WARNING,
        WRONG;

        /** As it is printed. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
