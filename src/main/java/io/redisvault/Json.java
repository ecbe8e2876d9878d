package io.redisvault;

import io.vertx.core.json.jackson.JacksonCodec;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON of records: a member for each component in their order, but for those that are null. Written by Vert.x, which is there
 * anyway; a library that maps objects would take 5 MiB from the start on.
 */
public final class Json {

    /** Named, for Vert.x itself would choose that of jackson-databind, which Google's client brings. */
    private static final JacksonCodec CODEC = new JacksonCodec();

    /** Kept, for a class makes others each time it is asked, and what calls them is made anew with them. */
    private static final ClassValue<RecordComponent[]> COMPONENTS = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            for (RecordComponent component : components) {
                // Some records are for their package only.
                component.getAccessor().setAccessible(true);
            }
            return components;
        }
    };

    private Json() {}

    /** @param value a record, or a list of records, of strings, numbers, booleans, instants and more of these */
    public static String of(Object value) {
        return CODEC.toString(plain(value), false);
    }

    private static Object plain(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(Json::plain).toList();
        }
        return value instanceof Record node ? members(node) : value;
    }

    private static Map<String, Object> members(Record node) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (RecordComponent component : COMPONENTS.get(node.getClass())) {
            Object value = value(component.getAccessor(), node);
            if (value != null) {
                members.put(component.getName(), plain(value));
            }
        }
        return members;
    }

    private static Object value(Method accessor, Record node) {
        try {
            return accessor.invoke(node);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
