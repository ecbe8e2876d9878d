package io.redisvault;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;

/** Records the lines that a category logs while this is open. */
public final class LoggedLines extends Handler implements AutoCloseable {

    private final Logger log;
    private final List<String> texts = new CopyOnWriteArrayList<>();

    /** @param category name of the logger, mostly of a class */
    public LoggedLines(String category) {
        log = Logger.getLogger(category);
        log.addHandler(this);
    }

    public List<String> texts() {
        return texts;
    }

    @Override
    public void publish(LogRecord line) {
        texts.add(new PatternFormatter("%s").format(line));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        log.removeHandler(this);
    }
}
