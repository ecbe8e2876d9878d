package io.redisvault.backup;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** When runs are due. */
@FunctionalInterface
public interface Timetable {

    /** The first run strictly after {@code instant}. */
    Instant next(Instant instant);

    /** At the multiples of an interval, of whole milliseconds, since the Unix epoch. */
    static Timetable every(Duration interval) {
        long period = interval.toMillis();
        return instant -> Instant.ofEpochMilli((Math.floorDiv(instant.toEpochMilli(), period) + 1) * period);
    }

    /** By a five-field cron expression in UTC. */
    static Timetable cron(String expression) {
        Cron cron = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX)).parse(expression);
        ExecutionTime times = ExecutionTime.forCron(cron);
        return instant -> times.nextExecution(instant.atZone(ZoneOffset.UTC))
                .map(ZonedDateTime::toInstant)
                .orElse(Instant.MAX);
    }
}
