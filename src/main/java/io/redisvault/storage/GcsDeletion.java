package io.redisvault.storage;

import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.StorageBatch;
import com.google.cloud.storage.StorageBatchResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

/** Deletes a few objects in one request, and those again whose deletion failed for a passing reason. */
final class GcsDeletion implements Pull.Source<Deletion> {

    /** What one request may hold. */
    static final int BATCH = 100;

    private static final int ATTEMPTS = 3;
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final GcsClient client;
    private final String bucket;
    private final Queue<Deletion> results = new ArrayDeque<>();

    GcsDeletion(GcsClient client, String bucket, List<String> keys) {
        this.client = client;
        this.bucket = bucket;
        List<String> left = keys;
        for (int attempt = 1; !left.isEmpty(); attempt++) {
            if (attempt > 1) {
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            List<Deletion> outcome = delete(left);
            boolean last = attempt == ATTEMPTS;
            left = outcome.stream()
                    .filter(deletion -> !last && mayPass(deletion))
                    .map(Deletion::key)
                    .toList();
            outcome.stream().filter(deletion -> last || !mayPass(deletion)).forEach(results::add);
        }
    }

    @Override
    public Deletion next() {
        return results.poll();
    }

    @Override
    public boolean ended() {
        return results.isEmpty();
    }

    @Override
    public void close() {
        results.clear();
    }

    private List<Deletion> delete(List<String> keys) {
        StorageBatch batch;
        Map<String, StorageBatchResult<Boolean>> answers = new LinkedHashMap<>();
        try {
            batch = client.storage().batch();
            keys.forEach(key -> answers.put(key, batch.delete(BlobId.of(bucket, key))));
            batch.submit();
        } catch (RuntimeException e) {
            return keys.stream().map(key -> failed(key, e)).toList();
        }
        return answers.entrySet().stream()
                .map(answer -> deletion(answer.getKey(), answer.getValue()))
                .toList();
    }

    private Deletion deletion(String key, StorageBatchResult<Boolean> answer) {
        try {
            // False when there was no such object.
            answer.get();
            return Deletion.done(key);
        } catch (RuntimeException e) {
            return failed(key, e);
        }
    }

    private Deletion failed(String key, RuntimeException failure) {
        String url = BlobId.of(bucket, key).toGsUtilUri();
        return Deletion.failed(key, GcsErrors.translate("delete", url, failure));
    }

    private static boolean mayPass(Deletion deletion) {
        return deletion.failure()
                .filter(StorageException.Unavailable.class::isInstance)
                .isPresent();
    }
}
