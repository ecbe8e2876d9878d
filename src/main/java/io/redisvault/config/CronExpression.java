package io.redisvault.config;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.eclipse.microprofile.config.spi.Converter;

/** Five fields as in a crontab, read by the scheduler's own library. */
@RegisterForReflection
public final class CronExpression implements Converter<String> {

    @Override
    public String convert(String value) {
        Cron cron = parse(value);
        if (ExecutionTime.forCron(cron)
                .nextExecution(ZonedDateTime.now(ZoneOffset.UTC))
                .isEmpty()) {
            throw new BadValue("never fires");
        }
        return value;
    }

    private static Cron parse(String value) {
        try {
            return new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
                    .parse(value)
                    .validate();
        } catch (IllegalArgumentException e) {
            throw new BadValue(
                    "is not a cron expression; write minute, hour, day, month and weekday, such as 0 3 * * *", e);
        }
    }
}
