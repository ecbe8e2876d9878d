package io.redisvault.redis;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Answer of a server to {@code INFO}. */
public record ServerInfo(Map<String, String> fields) {

    /** Such as the {@code db0} of {@code db0:keys=5,expires=0,avg_ttl=0}. */
    private static final String DATABASE = "db";

    private static final String KEYS = "keys=";
    private static final Duration PAUSE = Duration.ofMillis(100);
    /** More than a server has to say, one for each of 16,384 databases included: reading them must not hold up others. */
    private static final int MOST_LINES = 20_000;

    public static ServerInfo parse(String info) {
        return new ServerInfo(info.lines()
                .limit(MOST_LINES)
                .filter(line -> !line.startsWith("#") && line.indexOf(':') > 0)
                .collect(Collectors.toUnmodifiableMap(
                        line -> line.substring(0, line.indexOf(':')),
                        line -> line.substring(line.indexOf(':') + 1).strip(),
                        (first, again) -> first)));
    }

    /**
     * Asks again and again until the answer is as wanted. A failure is no answer: a server that starts or loads may give
     * none.
     */
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

    /** All that is known of a server that gives no answer. */
    public static ServerInfo unreachable(Role role) {
        return new ServerInfo(Map.of("role", role.word()));
    }

    public Role role() {
        return switch (field("role")) {
            case "master" -> Role.MASTER;
            // The last is what KeyDB says of one that takes writes, too.
            case "slave", "replica", "active-replica" -> Role.REPLICA;
            default -> Role.UNKNOWN;
        };
    }

    /** True unless it says that it has no replicas, for which it would save. */
    public boolean replicated() {
        return !field("connected_slaves").equals("0");
    }

    /** True if its last save failed, so that its dump is older than it should be. */
    public boolean saveFailed() {
        return field("rdb_last_bgsave_status").equals("err");
    }

    /** The value of a field; empty if there is none of that name. */
    public String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /** True if it is still reading its dataset from disk. */
    public boolean loading() {
        return field("loading").equals("1");
    }

    /** When it last saved a dump, or started; empty if it does not say. */
    public Optional<Instant> lastSave() {
        return Optional.of(field("rdb_last_save_time"))
                .filter(seconds -> seconds.matches("\\d{1,11}"))
                .map(seconds -> Instant.ofEpochSecond(Long.parseLong(seconds)));
    }

    /** True if it reads its append-only file when it starts, and no dump. */
    public boolean appendOnly() {
        return field("aof_enabled").equals("1");
    }

    /** Such as {@code redis 7.4.1}. */
    public String server() {
        return Stream.of("valkey", "redict", "redis")
                .filter(name -> fields.containsKey(name + "_version"))
                .map(name -> name + " " + field(name + "_version"))
                .findFirst()
                .orElse("unknown");
    }

    /** How many keys there are, by the number of the database; those without keys are left out. */
    public SortedMap<Integer, Long> keys() {
        SortedMap<Integer, Long> keys = new TreeMap<>();
        fields.forEach((name, value) -> {
            if (name.matches(DATABASE + "\\d{1,9}") && value.startsWith(KEYS)) {
                keys.put(Integer.valueOf(name.substring(DATABASE.length())), number(value.substring(KEYS.length())));
            }
        });
        return keys;
    }

    /** How many keys there are in all databases. */
    public long totalKeys() {
        return keys().values().stream().mapToLong(Long::longValue).sum();
    }

    private static Long number(String text) {
        int end = text.indexOf(',');
        return Long.valueOf(end < 0 ? text : text.substring(0, end));
    }
}
