package io.redisvault.backup;

import io.redisvault.config.Settings;
import io.redisvault.config.VaultConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Builds and parses the keys of one node's backups: {@code {prefix}/{node}_{timestamp}.rdb}. The timestamp is RFC
 * 3339 in UTC; {@link StoredForm} adds suffixes for compression and encryption.
 */
@ApplicationScoped
public class BackupNaming {

    private static final DateTimeFormatter SECONDS =
            new DateTimeFormatterBuilder().appendInstant(0).toFormatter();
    private static final DateTimeFormatter NANOS =
            new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

    private final String folder;
    private final String node;

    @Inject
    BackupNaming(VaultConfig config) {
        this(config.storage().prefix().orElse(""), config.redis().nodeName());
    }

    BackupNaming(String prefix, String node) {
        this.folder = prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
        this.node = node;
    }

    /** The naming of another node under the same prefix. */
    BackupNaming forNode(String other) {
        return new BackupNaming(folder, other);
    }

    public String node() {
        return node;
    }

    /** The start of every key of this node, and perhaps of others: {@code a_} also starts the keys of {@code a_b}. */
    public String keyPrefix() {
        return folder + node + "_";
    }

    /**
     * The two names to try for a dump. The first has whole seconds; the second has nanoseconds and is used if another
     * dump of the same second has the first.
     */
    List<BackupName> candidates(Instant modified, StoredForm form) {
        // Otherwise both names are the same on a file system without fractions of a second.
        Instant exact = modified.getNano() == 0 ? modified.plusNanos(1) : modified;
        return List.of(name(SECONDS.format(modified), form), name(NANOS.format(exact), form));
    }

    /** This name and those of the same dump in the other forms; this one first. */
    List<BackupName> inEachForm(BackupName name) {
        String base = withoutSuffix(name.key(), StoredForm.of(name.key()));
        return Stream.concat(
                        Stream.of(name),
                        Arrays.stream(StoredForm.values()).flatMap(form -> parse(base + form.suffix()).stream()))
                .distinct()
                .toList();
    }

    private static String withoutSuffix(String key, StoredForm form) {
        return key.substring(0, key.length() - form.suffix().length());
    }

    /** The start of every key of every node. */
    String folder() {
        return folder;
    }

    /** Parses a key of any node; empty unless that node would have written exactly this key. */
    Optional<BackupName> parseOfAny(String key) {
        // A node name may contain underscores; the last one ends it.
        int end = key.lastIndexOf('_');
        return key.startsWith(folder) && end > folder.length() && isNode(key.substring(folder.length(), end))
                ? forNode(key.substring(folder.length(), end)).parse(key)
                : Optional.empty();
    }

    private static boolean isNode(String name) {
        try {
            return Settings.nodeName(name).equals(name);
        } catch (IllegalArgumentException notOfOurs) {
            return false;
        }
    }

    static String nodeOf(BackupName name) {
        return name.name().substring(0, name.name().lastIndexOf('_'));
    }

    /** Parses a key; empty unless this node would have written exactly this key. */
    public Optional<BackupName> parse(String key) {
        StoredForm form = StoredForm.of(key);
        if (!key.startsWith(keyPrefix()) || !key.endsWith(form.suffix())) {
            return Optional.empty();
        }
        String base = withoutSuffix(key, form);
        String timestamp = base.substring(Math.min(keyPrefix().length(), base.length()));
        try {
            Instant instant = Instant.parse(timestamp);
            DateTimeFormatter written = instant.getNano() == 0 ? SECONDS : NANOS;
            return written.format(instant).equals(timestamp) ? Optional.of(name(timestamp, form)) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private BackupName name(String timestamp, StoredForm form) {
        String name = node + "_" + timestamp + form.suffix();
        return new BackupName(name, folder + name, Instant.parse(timestamp));
    }

    /**
     * The name of one backup.
     *
     * @param name {@code {node}_{timestamp}} and the suffix of its {@link StoredForm}
     * @param key its key in the storage: prefix and name
     * @param timestamp when Redis finished the dump
     */
    public record BackupName(String name, String key, Instant timestamp) {}
}
