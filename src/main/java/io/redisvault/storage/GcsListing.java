package io.redisvault.storage;

import com.google.api.gax.paging.Page;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobListOption;
import java.util.Collections;
import java.util.Iterator;

/** The objects under a prefix; a page is fetched once the one before it is used up. */
final class GcsListing implements Pull.Source<StoredObject> {

    private final String url;
    private Page<Blob> page;
    private Iterator<Blob> blobs;

    GcsListing(GcsClient client, String bucket, String prefix) {
        this.url = "gs://" + bucket;
        try {
            page = client.storage()
                    .list(bucket, BlobListOption.prefix(prefix), BlobListOption.fields(BlobField.NAME, BlobField.SIZE));
            blobs = page.getValues().iterator();
        } catch (RuntimeException e) {
            throw GcsErrors.translate("list", url, e);
        }
    }

    @Override
    public StoredObject next() {
        try {
            while (!blobs.hasNext()) {
                if (!page.hasNextPage()) {
                    return null;
                }
                page = page.getNextPage();
                blobs = page.getValues().iterator();
            }
            Blob blob = blobs.next();
            return new StoredObject(blob.getName(), blob.getSize());
        } catch (RuntimeException e) {
            throw GcsErrors.translate("list", url, e);
        }
    }

    @Override
    public void close() {
        blobs = Collections.emptyIterator();
    }
}
