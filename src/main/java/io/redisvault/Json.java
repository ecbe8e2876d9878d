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
        for (RecordComponent component : node.getClass().getRecordComponents()) {
            Object value = value(component.getAccessor(), node);
            if (value != null) {
                members.put(component.getName(), plain(value));
            }
        }
        return members;
    }

    private static Object value(Method accessor, Record node) {
        try {
            // Some records are for their package only.
            accessor.setAccessible(true);
            return accessor.invoke(node);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
