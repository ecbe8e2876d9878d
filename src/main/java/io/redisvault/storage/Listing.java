package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/** Fetches a listing page by page. Fails unless it ends with a page that says it is the last. */
public final class Listing<P> {

    /** Each has up to a thousand objects. */
    private static final int MAX_PAGES = 10_000;

    private final Set<String> seen = new HashSet<>();
    private P page;
    private boolean more;

    private Listing() {}

    /**
     * @param fetch gets the page after the given one, or the first page for null
     * @param truncated whether a page says that more follow
     * @param next a page's marker for the next page; null or empty if there is none
     */
    public static <P> Multi<P> pages(
            Function<P, Uni<P>> fetch, Function<P, Boolean> truncated, Function<P, String> next) {
        return Multi.createBy()
                .repeating()
                .uni(Listing<P>::new, listing -> fetch.apply(listing.page).map(page -> {
                    listing.page = page;
                    String marker = next.apply(page);
                    // XML allows 1 for true, but the client reads it as false: a new marker says "more", too.
                    listing.more = truncated.apply(page) || listing.isNew(marker);
                    if (listing.more) {
                        listing.requireNew(marker);
                    }
                    return listing;
                }))
                .whilst(listing -> listing.more)
                .map(listing -> listing.page);
    }

    private boolean isNew(String marker) {
        return marker != null && !marker.isEmpty() && !seen.contains(marker);
    }

    private void requireNew(String marker) {
        if (!isNew(marker)) {
            throw incomplete(
                    "it says that there are more pages, but not where they begin; an S3 server may lack ListObjectsV2");
        }
        seen.add(marker);
        if (seen.size() > MAX_PAGES) {
            throw incomplete("it has no end after " + MAX_PAGES + " pages");
        }
    }

    /** Returns a value that every entry must have; fails if it is null or empty. */
    public static <T> T require(T value, String name) {
        if (value == null || value.toString().isBlank()) {
            throw incomplete("there is an entry without " + name);
        }
        return value;
    }

    /** Returns the key if it has the prefix, else fails. Some servers ignore the prefix or write keys differently. */
    public static String requireKey(String key, String prefix) {
        if (!require(key, "a key").startsWith(prefix)) {
            throw incomplete("it has keys that do not begin with '" + prefix + "'");
        }
        return key;
    }

    /** Returns a size in bytes; fails if it is null or negative. */
    public static long requireSize(Long size) {
        return require(size == null || size < 0 ? null : size, "a size");
    }

    private static StorageException incomplete(String why) {
        return new StorageException.Other("the storage's listing is not used, for it is not whole: " + why, null);
    }
}
