package io.redisvault.storage;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;

/** Records what {@link Notice} logs while this is open. */
public final class GivenNotices extends Handler implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Notice.class.getName());

    private final List<String> texts = new CopyOnWriteArrayList<>();

    public GivenNotices() {
        LOG.addHandler(this);
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
        LOG.removeHandler(this);
    }
}
