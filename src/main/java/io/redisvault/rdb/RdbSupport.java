package io.redisvault.rdb;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells by a table of the known releases if a server loads a dump. */
public enum RdbSupport {
    LOADS,
    /** The server would refuse the dump, some only after they have dropped their own data. */
    REFUSES,
    /** The server is not in the table, and the dump is newer than what the releases before it load. */
    UNKNOWN;

    /** Valkey counts its versions from here, and refuses what Redis wrote since the two went apart. */
    private static final int FIRST_OF_VALKEY = 80;

    private static final Pattern SERVER = Pattern.compile("([a-z]+) (\\d{1,4})\\.(\\d{1,4})\\b.*");

    /**
     * A release of a server.
     *
     * @param newest RDB version of Redis' count that it loads
     * @param newestOfValkey that it loads; 0 if none
     */
    private record Release(String product, int major, int minor, int newest, int newestOfValkey) {

        boolean isNotAfter(int otherMajor, int otherMinor) {
            return major < otherMajor || major == otherMajor && minor <= otherMinor;
        }
    }

    /** Oldest first. */
    private static final List<Release> RELEASES = List.of(
            new Release("redis", 5, 0, 9, 0),
            new Release("redis", 6, 0, 9, 0),
            new Release("redis", 6, 2, 9, 0),
            new Release("redis", 7, 0, 10, 0),
            new Release("redis", 7, 2, 11, 0),
            new Release("redis", 7, 4, 12, 0),
            new Release("redis", 8, 0, 12, 0),
            new Release("redis", 8, 2, 12, 0),
            new Release("redis", 8, 4, 12, 0),
            new Release("redis", 8, 6, 13, 0),
            new Release("redis", 8, 8, 14, 0),
            new Release("redis", 8, 10, 15, 0),
            new Release("valkey", 7, 2, 11, 0),
            new Release("valkey", 8, 0, 11, 0),
            new Release("valkey", 8, 1, 11, 0),
            new Release("valkey", 9, 0, 11, 80),
            new Release("valkey", 9, 1, 11, 80),
            new Release("valkey", 9, 2, 11, 81));

    /**
     * Tells if a server loads a dump.
     *
     * @param server such as {@code redis 7.4.1}
     * @param version of the dump's RDB format
     */
    public static RdbSupport of(String server, int version) {
        Matcher parts = SERVER.matcher(server);
        if (!parts.matches()) {
            return UNKNOWN;
        }
        int major = Integer.parseInt(parts.group(2));
        int minor = Integer.parseInt(parts.group(3));
        Optional<Release> last = RELEASES.stream()
                .filter(release -> release.product.equals(parts.group(1)) && release.isNotAfter(major, minor))
                .reduce((older, newer) -> newer);
        if (last.isEmpty()) {
            return UNKNOWN;
        }
        Release release = last.get();
        if (version <= (version < FIRST_OF_VALKEY ? release.newest : release.newestOfValkey)) {
            return LOADS;
        }
        return release.major == major && release.minor == minor ? REFUSES : UNKNOWN;
    }
}
