package io.redisvault.servers;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What {@link GcsServer} was told to do wrong. */
final class GcsFaults {
    volatile int failureStatus;
    volatile String denial;
    volatile boolean damaging;
    volatile int bytesPerSecond;
    final AtomicInteger failures = new AtomicInteger();
    final AtomicInteger answersToLose = new AtomicInteger();
    final AtomicLong cutAfter = new AtomicLong(-1);

    /** Null if the request is not to fail. */
    GcsAnswer failure() {
        return failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0
                ? GcsAnswer.error(failureStatus, "backendError", "A fault that was ordered")
                : null;
    }

    /** Null if the call, alone or part of a batch, is to be served. */
    GcsAnswer refusal() {
        String reason = denial;
        return reason == null ? null : GcsAnswer.error(403, reason, "Refused as ordered: " + reason);
    }
}
