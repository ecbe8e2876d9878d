package io.redisvault.storage;

import io.smallrye.mutiny.Multi;

/** Remembers what a content failed with, since clients report it as a broken connection of theirs, or try again. */
final class ContentFailure {

    private volatile Throwable failure;

    Content watch(Content content) {
        return content.from((offset, length) -> failure == null
                ? content.read(offset, length)
                        .plug(bytes -> ExactLength.of(bytes, length, "the content"))
                        .onFailure()
                        .invoke(thrown -> failure = thrown)
                : Multi.createFrom().failure(failure));
    }

    Throwable orElse(Throwable other) {
        return failure == null ? other : failure;
    }
}
