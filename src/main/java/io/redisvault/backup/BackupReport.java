package io.redisvault.backup;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.backup.BackupOutcome.Failed;
import io.redisvault.backup.BackupOutcome.Skipped;
import io.redisvault.backup.BackupOutcome.Stored;
import java.util.List;
import java.util.Locale;

/**
 * How a run ended.
 *
 * @param outcome {@code stored}, {@code skipped} or {@code failed}
 * @param reason of a skip: {@code unchanged}, {@code role}, {@code no-dump}, {@code loading}; or of a failure
 * @param deleted names of the backups that retention deleted
 * @param locked names of those that a lock of the storage keeps for now
 * @param notDeleted why others could not be deleted
 */
@RegisterForReflection
public record BackupReport(
        String outcome,
        String reason,
        String detail,
        Backup backup,
        List<String> deleted,
        List<String> locked,
        List<String> notDeleted) {

    public static BackupReport of(BackupOutcome outcome) {
        if (outcome instanceof Stored stored) {
            return new BackupReport(
                    "stored",
                    null,
                    null,
                    stored.backup(),
                    stored.cleanup().deleted(),
                    unlessEmpty(stored.cleanup().locked()),
                    unlessEmpty(stored.cleanup().failures()));
        }
        if (outcome instanceof Skipped skipped) {
            return new BackupReport(
                    "skipped",
                    word(skipped.reason()),
                    skipped.detail(),
                    skipped.existing().orElse(null),
                    skipped.cleanup().deleted(),
                    unlessEmpty(skipped.cleanup().locked()),
                    unlessEmpty(skipped.cleanup().failures()));
        }
        Failed failed = (Failed) outcome;
        return new BackupReport("failed", word(failed.failure()), failed.detail(), null, null, null, null);
    }

    /** A constant as JSON and problems spell it. */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static List<String> unlessEmpty(List<String> names) {
        return names.isEmpty() ? null : names;
    }
}
