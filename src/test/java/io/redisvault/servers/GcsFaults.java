package io.redisvault.servers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What {@link GcsServer} was told to do wrong. */
final class GcsFaults {
    volatile int failureStatus;
    volatile String denial;
    volatile boolean denyingDeletesOnly;
    volatile boolean damaging;
    volatile int bytesPerSecond;
    /** Answered to everything, unless null. */
    volatile GcsAnswer always;

    /** The address that every answer names, unless null. */
    volatile String redirect;

    /** Of all answers, unless null. */
    volatile String type;

    volatile boolean listingForEver;
    volatile String fieldNotListed;
    /** Status of sessions that were ended by the server, 0 for none. */
    volatile int endOfSessions;

    volatile boolean replacing;
    volatile boolean ignoringRanges;
    final AtomicInteger chunksBeforeTheEnd = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    final AtomicInteger answersToLose = new AtomicInteger();
    final AtomicLong cutAfter = new AtomicLong(-1);

    /** Null if the request is not to fail. */
    GcsAnswer failure() {
        if (always != null) {
            return always;
        }
        return failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0
                ? GcsAnswer.error(failureStatus, "backendError", "A fault that was ordered")
                : null;
    }

    /** Null if the call, alone or part of a batch, is to be served. */
    GcsAnswer refusal(String method) {
        String reason = denyingDeletesOnly && !method.equals("DELETE") ? null : denial;
        return reason == null ? null : GcsAnswer.error(403, reason, "Refused as ordered: " + reason);
    }

    /** The description of a stored object. */
    ObjectNode without(ObjectNode object) {
        return fieldNotListed == null ? object : object.deepCopy().without(fieldNotListed);
    }

    ObjectNode spoil(ObjectNode page) {
        if (listingForEver) {
            page.put("nextPageToken", "again");
        }
        ObjectNode spoilt = page.deepCopy();
        if (fieldNotListed != null) {
            spoilt.withArray("items").forEach(item -> ((ObjectNode) item).remove(fieldNotListed));
        }
        return spoilt;
    }
}
