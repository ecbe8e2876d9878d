package io.redisvault.redis;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The answer of a server to {@code INFO}, as a map of its fields. */
public record ServerInfo(Map<String, String> fields) {

    /** A field with the keys of one database, for example {@code db0:keys=5,expires=0,avg_ttl=0}. */
    private static final Pattern DATABASE = Pattern.compile("db(\\d{1,9}):keys=(\\d{1,18})(,.*)?");

    /** In seconds since 1970; later times are nonsense, and do not fit the arithmetic with them. */
    private static final long LATEST_SAVE = 99_999_999_999L;

    private static final Duration PAUSE = Duration.ofMillis(100);
    /** More lines than a server with 16,384 databases sends. A limit, so that parsing cannot block an event loop. */
    private static final int MAX_LINES = 20_000;

    /** A node's role in replication. */
    public enum Role {
        MASTER,
        REPLICA,
        /** Redis is unreachable, or its answer has no role that we know. */
        UNKNOWN;

        /** The role in lower case, for logs, JSON and metrics. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Parses the answer. No fields if it is not one text: some proxies send a list with the answers of all servers. */
    public static ServerInfo of(Response answer) {
        boolean text = answer != null && (answer.type() == ResponseType.BULK || answer.type() == ResponseType.SIMPLE);
        return parse(text ? answer.toString() : "");
    }

    /** Parses the text of the answer. Lines that are not fields are ignored. */
    public static ServerInfo parse(String info) {
        return new ServerInfo(info.lines()
                .limit(MAX_LINES)
                .filter(line -> !line.startsWith("#") && line.indexOf(':') > 0)
                .collect(Collectors.toUnmodifiableMap(
                        line -> line.substring(0, line.indexOf(':')),
                        line -> line.substring(line.indexOf(':') + 1).strip(),
                        (first, again) -> first)));
    }

    /** Asks until the answer is as wanted, without a limit. Ignores failures: a starting server may not answer. */
    public static Uni<ServerInfo> until(Predicate<ServerInfo> wanted, Uni<ServerInfo> question) {
        return question.onFailure()
                .recoverWithNull()
                .repeat()
                .withDelay(PAUSE)
                .indefinitely()
                .select()
                .where(wanted)
                .toUni();
    }

    /** Stands for the answer of an unreachable server. */
    public static ServerInfo unreachable(Role role) {
        return new ServerInfo(Map.of("role", role.word()));
    }

    public Role role() {
        return switch (field("role")) {
            case "master" -> Role.MASTER;
            // KeyDB reports active-replica for a replica that also takes writes.
            case "slave", "replica", "active-replica" -> Role.REPLICA;
            default -> Role.UNKNOWN;
        };
    }

    /** True if the server says that it is a node of a cluster. */
    public boolean inCluster() {
        return field("cluster_enabled").equals("1");
    }

    /** False only if the server says that it has no replicas. With replicas, it saves dumps to synchronise them. */
    public boolean replicated() {
        return !field("connected_slaves").equals("0");
    }

    /** True if its last save failed, so the dump is older than it should be. */
    public boolean saveFailed() {
        return field("rdb_last_bgsave_status").equals("err");
    }

    /** The value of a field; an empty string if it is missing. */
    public String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /** True if the server is still loading its dataset from disk. */
    public boolean loading() {
        return field("loading").equals("1");
    }

    /** The value of a field; empty if it is missing or not a number. */
    public Optional<Long> number(String name) {
        return Optional.of(field(name))
                .filter(value -> value.matches("\\d{1,18}"))
                .map(Long::valueOf);
    }

    /** When the server last saved a dump, or started; in whole seconds. Empty if unknown. */
    public Optional<Instant> lastSave() {
        return number("rdb_last_save_time")
                .filter(seconds -> seconds <= LATEST_SAVE)
                .map(Instant::ofEpochSecond);
    }

    /** True if the server loads its append-only file at its start, not the dump. */
    public boolean appendOnly() {
        return field("aof_enabled").equals("1");
    }

    /** Name and version, for example {@code redis 7.4.1}; {@code unknown} without a version. */
    public String server() {
        return Stream.of("valkey", "redict", "redis")
                .filter(name -> fields.containsKey(name + "_version"))
                .map(name -> name + " " + field(name + "_version"))
                .findFirst()
                .orElse("unknown");
    }

    /**
     * Number of keys by database number. Empty databases are left out.
     *
     * @throws RedisUnavailableException if a number is unreadable: without it, a full database would look empty
     */
    public SortedMap<Integer, Long> keys() {
        SortedMap<Integer, Long> keys = new TreeMap<>();
        fields.forEach((name, value) -> {
            Matcher database = DATABASE.matcher(name + ":" + value);
            if (database.matches()) {
                keys.put(Integer.valueOf(database.group(1)), Long.valueOf(database.group(2)));
            } else if (name.matches("db\\d+")) {
                throw new RedisUnavailableException(
                        "INFO does not tell the number of keys in " + name + ": " + ConnectionDiagnosis.quoted(value),
                        null);
            }
        });
        return keys;
    }

    /** Number of keys in all databases. */
    public long totalKeys() {
        return keys().values().stream().mapToLong(Long::longValue).sum();
    }
}
