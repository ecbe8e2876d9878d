package io.redisvault.backup;

import jakarta.enterprise.event.Event;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/** Events outside of the container. */
final class Events {

    private Events() {}

    /** Calls one listener with each event. */
    @SuppressWarnings("unchecked")
    static <T> Event<T> to(Consumer<T> listener) {
        return (Event<T>) Proxy.newProxyInstance(
                Event.class.getClassLoader(), new Class<?>[] {Event.class}, (event, method, arguments) -> {
                    listener.accept((T) arguments[0]);
                    return null;
                });
    }
}
