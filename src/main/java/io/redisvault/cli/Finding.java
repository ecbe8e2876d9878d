package io.redisvault.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Locale;

/**
 * One line of what was found out about the setup.
 *
 * @param text with the remedy, where something is wrong
 */
@RegisterForReflection
public record Finding(String subject, Result result, String text) {

    /** How good it is: with a warning backups may still be taken, with what is wrong they are not. */
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
