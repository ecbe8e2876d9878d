package io.redisvault.storage.gcs;

import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.Objects;
import com.google.api.services.storage.model.StorageObject;
import io.redisvault.storage.Blocking;
import io.redisvault.storage.StorageException;
import io.redisvault.storage.StoredObject;
import java.io.IOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** The objects under a prefix; a page is fetched once the one before it is used up. */
final class GcsListing implements Blocking.Source<StoredObject> {

    private final GcsClient client;
    private final Storage.Objects.List request;
    private final String url;
    private final Set<String> tokens = new HashSet<>();
    private Iterator<StorageObject> page;
    private String token;

    GcsListing(GcsClient client, String bucket, String prefix) {
        this.client = client;
        url = GcsStorage.url(bucket, prefix);
        try {
            request = client.storage()
                    .objects()
                    .list(bucket)
                    .setPrefix(prefix)
                    .setFields("items(name,size),nextPageToken");
            fetch();
        } catch (IOException | RuntimeException e) {
            throw client.errors().translate("list", url, e);
        }
    }

    @Override
    public StoredObject next() {
        try {
            while (!page.hasNext() && token != null) {
                fetch();
            }
        } catch (IOException | RuntimeException e) {
            throw client.errors().translate("list", url, e);
        }
        if (!page.hasNext()) {
            return null;
        }
        StorageObject object = page.next();
        if (object.getName() == null || object.getSize() == null) {
            throw new StorageException.Other("Cannot list " + url + ": an object has no name or no size", null);
        }
        return new StoredObject(object.getName(), object.getSize().longValue());
    }

    private void fetch() throws IOException {
        Objects answer = request.setPageToken(token).execute();
        page = (answer.getItems() == null ? List.<StorageObject>of() : answer.getItems()).iterator();
        token = answer.getNextPageToken();
        if (token != null && !tokens.add(token)) {
            throw new StorageException.Other(
                    "Cannot list " + url + ": the server names the same page again, so that the list never ends", null);
        }
    }

    @Override
    public void close() {
        // Each page is read to its end when it is fetched.
    }
}
