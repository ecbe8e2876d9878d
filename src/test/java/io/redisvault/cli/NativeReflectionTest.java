package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.api.BackupResource.BackupStatus;
import io.redisvault.api.Problems.Problem;
import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupCatalog.NodeBackups;
import io.redisvault.backup.BackupOutcome;
import io.redisvault.drill.DrillResult;
import io.redisvault.restore.RestoreResult;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A native executable knows the components of those records only that it was told of. */
class NativeReflectionTest {

    @Test
    void everyRecordThatIsWrittenAsJsonIsRegistered() {
        Set<Class<?>> written = new LinkedHashSet<>();
        List.of(
                        BackupOutcome.Stored.class,
                        BackupOutcome.Skipped.class,
                        BackupOutcome.Failed.class,
                        BackupStatus.class,
                        Problem.class,
                        RestoreResult.class,
                        DrillResult.class,
                        NodeBackups.class,
                        CheckCommand.Finding.class)
                .forEach(root -> collect(root, written));
        assertThat(written)
                .contains(Backup.Rdb.class, DrillResult.Database.class)
                .allMatch(type -> type.isAnnotationPresent(RegisterForReflection.class));
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
}
