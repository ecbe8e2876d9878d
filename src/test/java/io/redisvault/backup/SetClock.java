package io.redisvault.backup;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that somebody sets. */
public final class SetClock extends Clock {

    private Instant now;

    public SetClock(String start) {
        now = Instant.parse(start);
    }

    public void set(Instant time) {
        now = time;
    }

    /** Lets time pass for a schedule, which looks at the clock every second. */
    public void pass(Duration time, Runnable tick) {
        Instant end = now.plus(time);
        for (tick.run(); now.isBefore(end); tick.run()) {
            now = now.plusSeconds(1);
        }
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
