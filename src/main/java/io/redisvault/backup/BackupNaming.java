package io.redisvault.backup;

import io.redisvault.config.VaultConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** The names of one node's backups: {@code {prefix}/{node}_{timestamp}.rdb}, the timestamp in RFC 3339 and UTC. */
@ApplicationScoped
public class BackupNaming {

    private static final String SUFFIX = ".rdb";
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter NANOS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'").withZone(ZoneOffset.UTC);

    private final String prefix;
    private final String folder;
    private final String node;

    @Inject
    BackupNaming(VaultConfig config) {
        this(config.storage().prefix(), config.redis().nodeName());
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
    List<BackupName> candidates(Instant modified) {
        // A file system without fractions of a second would give the same name twice.
        Instant exact = modified.getNano() == 0 ? modified.plusNanos(1) : modified;
        return List.of(name(SECONDS.format(modified)), name(NANOS.format(exact)));
    }

    /** Start of every key of any node. */
    String folder() {
        return folder;
    }

    /** The backup a key stands for, whatever its node; empty if no node would have written it. */
    Optional<BackupName> parseOfAny(String key) {
        // The last one: there is none in the time, nor behind it.
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
        if (!key.startsWith(keyPrefix()) || !key.endsWith(SUFFIX)) {
            return Optional.empty();
        }
        String timestamp =
                key.substring(keyPrefix().length(), Math.max(keyPrefix().length(), key.length() - SUFFIX.length()));
        try {
            Instant instant = Instant.parse(timestamp);
            DateTimeFormatter written = instant.getNano() == 0 ? SECONDS : NANOS;
            return written.format(instant).equals(timestamp) ? Optional.of(name(timestamp)) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** The backup of this name; empty unless this node would have given it. */
    Optional<BackupName> named(String name) {
        return parse(folder + name);
    }

    private BackupName name(String timestamp) {
        String name = node + "_" + timestamp + SUFFIX;
        return new BackupName(name, folder + name, Instant.parse(timestamp));
    }
}
