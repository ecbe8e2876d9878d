package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.api.BackupStatus;
import io.redisvault.api.Problem;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupReport;
import io.redisvault.drill.DatabaseKeys;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A native executable knows the fields and components of those classes only that it was told of. */
class NativeReflectionTest {

    private final RegisterForReflection others = Version.class.getAnnotation(RegisterForReflection.class);

    @Test
    void everyClassThatPicocliReadsIsRegistered() {
        Set<Class<?>> read = new LinkedHashSet<>();
        collect(new CommandLine(new RedisVault()).getCommandSpec(), read);
        assertThat(read)
                .contains(RedisVault.class, VaultCommand.class, BackupChoice.class)
                .allMatch(this::isRegistered);
        assertThat(others.targets()).containsExactly(Version.class);
    }

    @Test
    void everyRecordThatIsWrittenAsJsonIsRegistered() {
        Set<Class<?>> written = new LinkedHashSet<>();
        List.of(BackupReport.class, BackupStatus.class, Problem.class, RestoreReport.class, DrillReport.class)
                .forEach(root -> collect(root, written));
        assertThat(written).contains(Backup.Rdb.class, DatabaseKeys.class).allMatch(this::isRegistered);
    }

    private static void collect(Type type, Set<Class<?>> records) {
        if (type instanceof ParameterizedType list) {
            collect(list.getActualTypeArguments()[0], records);
        } else if (type instanceof Class<?> component && component.isRecord() && records.add(component)) {
            for (RecordComponent inner : component.getRecordComponents()) {
                collect(inner.getGenericType(), records);
            }
        }
    }

    private static void collect(CommandSpec command, Set<Class<?>> classes) {
        for (Class<?> type = command.userObject().getClass(); type != Object.class; type = type.getSuperclass()) {
            classes.add(type);
        }
        command.mixins().values().forEach(mixin -> collect(mixin, classes));
        Collection<CommandLine> subcommands = command.subcommands().values();
        subcommands.forEach(subcommand -> collect(subcommand.getCommandSpec(), classes));
    }

    private boolean isRegistered(Class<?> type) {
        return type.isAnnotationPresent(RegisterForReflection.class)
                || List.of(others.classNames()).contains(type.getName());
    }
}
