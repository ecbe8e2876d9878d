package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * A level, or the original's directives such as {@code info,redis_vault=debug}, of which the one for redis_vault
 * counts, else the plain one, else {@code info}.
 */
@RegisterForReflection
public final class LogDirectives implements Converter<String> {

    private static final List<String> LEVELS = List.of("trace", "debug", "info", "warn", "error", "off");

    @Override
    public String convert(String value) {
        String plain = "info";
        String ours = null;
        for (String directive : value.split(",", -1)) {
            int equals = directive.lastIndexOf('=');
            String level = directive.substring(equals + 1).strip().toLowerCase(Locale.ROOT);
            String target = directive.substring(0, Math.max(equals, 0)).strip();
            if (!LEVELS.contains(level) || (equals >= 0 && target.isEmpty())) {
                throw new BadValue("is not trace, debug, info, warn, error or off");
            }
            if (equals < 0) {
                plain = level;
            } else if (target.equals("redis_vault") || target.startsWith("redis_vault::")) {
                ours = level;
            }
        }
        return ours == null ? plain : ours;
    }
}
