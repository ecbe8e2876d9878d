package io.redisvault.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.redisvault.backup.Backup;
import io.redisvault.rdb.RdbHeader;
import io.redisvault.restore.Restored;
import java.util.List;

/** What a restore has done. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RestoreReport(String outcome, Backup backup, String path, String keptAs, List<String> notes) {

    static RestoreReport of(Restored restored) {
        return new RestoreReport(
                "restored",
                restored.backup(),
                restored.dump().toString(),
                restored.kept().map(Object::toString).orElse(null),
                restored.notes());
    }

    static String text(Restored restored) {
        RdbHeader header = restored.facts().header();
        String text = "restored %s to %s: %s, %s %s, RDB version %d, %s"
                .formatted(
                        restored.backup().name(),
                        restored.dump(),
                        Amount.bytes(restored.backup().bytes()),
                        header.producer(),
                        header.producerVersion().orElse("of unknown version"),
                        header.version(),
                        restored.facts().checksummed()
                                ? "CRC-64 " + restored.facts().checksumHex() + " verified"
                                : "without a checksum, so unverified");
        return restored.kept()
                .map(kept -> text + System.lineSeparator() + "the dump before it is kept as " + kept)
                .orElse(text);
    }
}
