package io.redisvault.backup;

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
 * The names of one node's backups: {@code {prefix}/{node}_{timestamp}.rdb}, the timestamp in RFC 3339 and UTC, and more
 * suffixes where they are compressed or encrypted.
 */
@ApplicationScoped
public class BackupNaming {

    private static final DateTimeFormatter SECONDS =
            new DateTimeFormatterBuilder().appendInstant(0).toFormatter();
    private static final DateTimeFormatter NANOS =
            new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

    private final String prefix;
    private final String folder;
    private final String node;

    @Inject
    BackupNaming(VaultConfig config) {
        this(config.storage().prefix().orElse(""), config.redis().nodeName());
    }

    BackupNaming(String prefix, String node) {
        this.prefix = prefix;
        this.folder = prefix.isEmpty() ? "" : prefix + "/";
        this.node = node;
    }

    /** The names of another node's backups under the same prefix. */
    BackupNaming forNode(String other) {
        return new BackupNaming(prefix, other);
    }

    public String node() {
        return node;
    }

    /** Start of every key of this node; keys of other nodes may begin so, too. */
    public String keyPrefix() {
        return folder + node + "_";
    }

    /**
     * The names a dump of this time can have: the first, of whole seconds, unless other content took it within the
     * same second.
     */
    List<BackupName> candidates(Instant modified, StoredForm form) {
        // A file system without fractions of a second would give the same name twice.
        Instant exact = modified.getNano() == 0 ? modified.plusNanos(1) : modified;
        return List.of(name(SECONDS.format(modified), form), name(NANOS.format(exact), form));
    }

    /** The names that this dump has in each form, this one first. */
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

    /** Start of every key of any node. */
    String folder() {
        return folder;
    }

    /** The backup of any node that a key stands for; empty unless it is exactly as that node would have written it. */
    Optional<BackupName> parseOfAny(String key) {
        // The last underscore ends the node's name, which may have others.
        int end = key.lastIndexOf('_');
        return key.startsWith(folder) && end > folder.length() && key.indexOf('/', folder.length()) < 0
                ? forNode(key.substring(folder.length(), end)).parse(key)
                : Optional.empty();
    }

    static String nodeOf(BackupName name) {
        return name.name().substring(0, name.name().lastIndexOf('_'));
    }

    /** The backup a key stands for; empty unless the key is exactly as this node would have written it. */
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
}
