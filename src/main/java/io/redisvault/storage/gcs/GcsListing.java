package io.redisvault.storage.gcs;

import com.google.api.services.storage.model.Objects;
import com.google.api.services.storage.model.StorageObject;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The pages of a listing, up to the one that names no other. */
final class GcsListing {

    record Page(List<StoredObject> objects, boolean more) {}

    private final GcsClient client;
    private final String bucket;
    private final String prefix;
    private final Set<String> tokens = new HashSet<>();
    private String token;

    GcsListing(GcsClient client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    Page next() throws IOException {
        Objects answer = client.storage()
                .objects()
                .list(bucket)
                .setPrefix(prefix)
                .setPageToken(token)
                .setFields("items(name,size),nextPageToken")
                .execute();
        token = answer.getNextPageToken();
        if (token != null && !tokens.add(token)) {
            throw incomplete("the server names the same page again, so that the list never ends");
        }
        List<StorageObject> items = answer.getItems() == null ? List.of() : answer.getItems();
        return new Page(items.stream().map(this::stored).toList(), token != null);
    }

    private StoredObject stored(StorageObject object) {
        if (object.getName() == null || object.getSize() == null) {
            throw incomplete("an object has no name or no size");
        }
        return new StoredObject(object.getName(), object.getSize().longValue());
    }

    private StorageException incomplete(String why) {
        return new StorageException.Other("Cannot list " + GcsStorage.url(bucket, prefix) + ": " + why, null);
    }
}
