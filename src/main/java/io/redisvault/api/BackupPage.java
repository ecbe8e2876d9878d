package io.redisvault.api;

import io.redisvault.backup.Backup;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;

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

    /** Where the list goes on after the last one of this part. */
    URI after(Backup last, boolean facts) {
        UriBuilder next =
                UriBuilder.fromPath("/backups").queryParam("limit", limit).queryParam("before", last.timestamp());
        return (facts ? next.queryParam("facts", true) : next).build();
    }
}
