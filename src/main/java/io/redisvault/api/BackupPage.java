package io.redisvault.api;

import io.redisvault.backup.Backup;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The part of the list that is asked for: memory is for so many backups, however many there are.
 *
 * @param limit how many of the newest
 * @param before only those that are older than this
 */
record BackupPage(int limit, Instant before) {

    static final int MOST = 1000;

    static BackupPage of(String limit, String before) {
        return new BackupPage(limit == null ? MOST : number(limit), before == null ? Instant.MAX : time(before));
    }

    private static int number(String limit) {
        if (!limit.matches("[1-9]\\d{0,2}|" + MOST)) {
            throw Problems.badParameter("limit", limit, "a number from 1 to " + MOST);
        }
        return Integer.parseInt(limit);
    }

    private static Instant time(String before) {
        try {
            return Instant.parse(before);
        } catch (DateTimeException e) {
            throw Problems.badParameter("before", before, "a time such as 2024-12-01T14:30:22Z");
        }
    }

    boolean includes(Backup backup) {
        return backup.timestamp().isBefore(before);
    }

    /** Those that fit. */
    List<Backup> of(List<Backup> newest) {
        return newest.size() > limit ? newest.subList(0, limit) : newest;
    }

    /** Where the list goes on, if there are more than fit. */
    Optional<URI> next(List<Backup> newest, boolean facts) {
        if (newest.size() <= limit) {
            return Optional.empty();
        }
        UriBuilder next = UriBuilder.fromPath("/backups")
                .queryParam("limit", limit)
                .queryParam("before", newest.get(limit - 1).timestamp());
        return Optional.of((facts ? next.queryParam("facts", true) : next).build());
    }
}
