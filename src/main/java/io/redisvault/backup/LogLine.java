package io.redisvault.backup;

import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;

/** A log line with facts. Text logs append them as {@code name=value}; JSON logs have a field for each. */
public final class LogLine {

    private static final String JSON = "quarkus.log.console.json.enabled";

    private final String message;
    private final StringBuilder text;
    private final Map<String, Object> facts = new LinkedHashMap<>();

    public LogLine(String message) {
        this.message = message;
        this.text = new StringBuilder(message);
    }

    /** Adds the main fact. Text logs show it without its name, as {@code message: value}. */
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

    /** @param trace exception whose stack trace is logged, or null */
    public void log(Logger log, Logger.Level level, Throwable trace) {
        boolean json =
                ConfigProvider.getConfig().getOptionalValue(JSON, Boolean.class).orElse(false);
        if (!json) {
            log.log(level, text, trace);
            return;
        }
        ExtLogRecord record =
                new ExtLogRecord(java.util.logging.Level.parse(level.name()), message, LogLine.class.getName());
        record.setThrown(trace);
        // Not the MDC: on a Vert.x thread without a context of its own, each access to it creates another one.
        facts.forEach((name, value) -> record.putMdc(name, value.toString()));
        org.jboss.logmanager.Logger.getLogger(log.getName()).log(record);
    }
}
