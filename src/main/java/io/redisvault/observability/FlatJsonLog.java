package io.redisvault.observability;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.formatters.StructuredFormatter;

/** Moves the facts of a JSON log line to top-level fields. Quarkus puts them into a nested {@code mdc} object. */
@ApplicationScoped
class FlatJsonLog {

    /** Cannot match inside a string value: quotes are escaped there. */
    private static final Pattern FACTS = Pattern.compile(",\"mdc\":\\{((?:[^\"{}]|\"(?:[^\"\\\\]|\\\\.)*+\")*+)\\}");

    private static final Pattern NUMBER = Pattern.compile("\":\"(-?(?:0|[1-9]\\d{0,17}))\"");

    void flatten(@Observes StartupEvent event) {
        flatten(Logger.getLogger("").getHandlers());
    }

    private static void flatten(Handler... handlers) {
        for (Handler handler : handlers) {
            Formatter formatter = handler.getFormatter();
            if (formatter instanceof StructuredFormatter) {
                handler.setFormatter(new Flat(formatter));
            }
            if (handler instanceof ExtHandler outer) {
                flatten(outer.getHandlers());
            }
        }
    }

    static String flat(String line) {
        return FACTS.matcher(line).replaceFirst(found -> {
            String facts = NUMBER.matcher(found.group(1)).replaceAll("\":$1");
            return Matcher.quoteReplacement(facts.isEmpty() ? "" : "," + facts);
        });
    }

    private static final class Flat extends Formatter {
        private final Formatter nested;

        Flat(Formatter nested) {
            this.nested = nested;
        }

        @Override
        public String format(LogRecord line) {
            return flat(nested.format(line));
        }
    }
}
