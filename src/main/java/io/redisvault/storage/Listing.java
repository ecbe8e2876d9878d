package io.redisvault.storage;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/** Pages of a listing up to the one that says it is the last; nothing less is believed. */
public final class Listing<P> {

    /** Of a thousand objects each. */
    private static final int MAX_PAGES = 10_000;

    private final Set<String> seen = new HashSet<>();
    private P page;
    private boolean more;

    private Listing() {}

    /**
     * @param fetch the page after another one, null for the first
     * @param truncated whether a page says that there are more
     * @param next the marker that a page gives for the next one
     */
    public static <P> Multi<P> pages(
            Function<P, Uni<P>> fetch, Function<P, Boolean> truncated, Function<P, String> next) {
        return Multi.createBy()
                .repeating()
                .uni(Listing<P>::new, listing -> fetch.apply(listing.page).map(page -> {
                    listing.page = page;
                    String marker = next.apply(page);
                    // The client takes a 1, which XML allows, for false.
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

    /** Requires a value that a listing must have. */
    public static <T> T require(T value, String name) {
        if (value == null) {
            throw incomplete("there is an entry without " + name);
        }
        return value;
    }

    /** Requires a key that was asked for; some servers ignore the prefix, or write keys in another way. */
    public static String requireKey(String key, String prefix) {
        if (!require(key, "a key").startsWith(prefix)) {
            throw incomplete("it has keys that do not begin with '" + prefix + "'");
        }
        return key;
    }

    private static StorageException incomplete(String why) {
        return new StorageException.Other("the storage's listing is not used, for it is not whole: " + why, null);
    }
}
