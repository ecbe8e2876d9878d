package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A native executable knows the fields of those classes only that it was told of. */
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
