package io.redisvault.backup;

import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** A log line with facts: in the text format appended to the message as name=value, in JSON fields of their own. */
public final class LogLine {

    private static final String JSON = "quarkus.log.console.json.enabled";

    private final String message;
    private final StringBuilder text;
    private final Map<String, Object> facts = new LinkedHashMap<>();

    public LogLine(String message) {
        this.message = message;
        this.text = new StringBuilder(message);
    }

    /** Adds the fact that the message is about; the text format shows it without its name. */
    public LogLine about(String name, Object value) {
        text.append(": ").append(value);
        facts.put(name, value);
        return this;
    }

    public LogLine fact(String name, Object value) {
        text.append(' ').append(name).append('=').append(value);
        facts.put(name, value);
        return this;
    }

    /** @param trace if a stack is needed to understand the line, or null */
    public void log(Logger log, Logger.Level level, Throwable trace) {
        boolean json =
                ConfigProvider.getConfig().getOptionalValue(JSON, Boolean.class).orElse(false);
        if (!json) {
            log.log(level, text, trace);
            return;
        }
        facts.forEach(MDC::put);
        try {
            log.log(level, message, trace);
        } finally {
            facts.keySet().forEach(MDC::remove);
        }
    }
}
