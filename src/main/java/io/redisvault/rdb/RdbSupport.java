package io.redisvault.rdb;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells if a server can load a dump, from a table of the known releases. */
public enum RdbSupport {
    LOADS,
    /** The server would refuse the dump. Some servers refuse only after they have dropped their own data. */
    REFUSES,
    /** The server is not in the table, and its predecessors in the table do not load the dump. */
    UNKNOWN;

    /** The newest RDB version that each release loads. */
    private static final Map<String, NavigableMap<Integer, Integer>> RELEASES = Map.of(
            "redis",
            newest("5.0:9 6.0:9 6.2:9 7.0:10 7.2:11 7.4:12 8.0:12 8.2:12 8.4:12 8.6:13 8.8:14 8.10:15"),
            "valkey",
            newest("7.2:11 8.0:11 8.1:11 9.0:80 9.1:80 9.2:81"));

    /** Valkey's own RDB versions start here. Valkey 9 refuses the versions of Redis after the last common one. */
    private static final int FIRST_OF_VALKEY = 80;

    private static final int LAST_IN_COMMON = 11;

    private static final Pattern SERVER = Pattern.compile("([a-z]+) (\\d{1,4})\\.(\\d{1,4})\\b.*");

    /**
     * Looks up whether a server loads a dump.
     *
     * @param server name and version of the server, for example {@code redis 7.4.1}
     * @param version RDB version of the dump
     */
    public static RdbSupport of(String server, int version) {
        Matcher parts = SERVER.matcher(server);
        if (!parts.matches()) {
            return UNKNOWN;
        }
        int release = number(parts.group(2), parts.group(3));
        Map.Entry<Integer, Integer> known = RELEASES.getOrDefault(parts.group(1), Collections.emptyNavigableMap())
                .floorEntry(release);
        if (known == null) {
            return UNKNOWN;
        }
        boolean ofRedisOnly = version > LAST_IN_COMMON && version < FIRST_OF_VALKEY;
        if (version <= known.getValue() && !(ofRedisOnly && known.getValue() >= FIRST_OF_VALKEY)) {
            return LOADS;
        }
        return known.getKey() == release ? REFUSES : UNKNOWN;
    }

    private static NavigableMap<Integer, Integer> newest(String releases) {
        NavigableMap<Integer, Integer> newest = new TreeMap<>();
        Arrays.stream(releases.split(" "))
                .map(release -> release.split("[.:]"))
                .forEach(release -> newest.put(number(release[0], release[1]), Integer.valueOf(release[2])));
        return newest;
    }

    private static int number(String major, String minor) {
        return Integer.parseInt(major) * 10_000 + Integer.parseInt(minor);
    }
}
