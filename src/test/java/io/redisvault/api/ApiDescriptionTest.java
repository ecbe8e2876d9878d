package io.redisvault.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.backup.Backup;
import io.redisvault.backup.BackupReport;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.RestQuery;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The description of the API is a file, and agrees with the classes that answer. */
class ApiDescriptionTest {

    private static final String SCHEMAS = "#/components/schemas/";
    private static final List<Class<?>> RESOURCES = List.of(BackupResource.class, BackupsResource.class);
    private static final List<Class<?>> ANSWERS = List.of(
            Backup.class,
            Backup.Rdb.class,
            BackupReport.class,
            BackupStatus.class,
            BackupStatus.Running.class,
            BackupStatus.Last.class,
            Problem.class);

    private final Map<String, Object> document = read();

    @Test
    void everyCallIsDescribedWithWhatItTakes() {
        Map<String, Set<String>> calls = new TreeMap<>();
        for (Class<?> resource : RESOURCES) {
            String root = resource.getAnnotation(Path.class).value();
            Stream.of(resource.getDeclaredMethods())
                    .filter(ApiDescriptionTest::isCall)
                    .forEach(method -> {
                        Path below = method.getAnnotation(Path.class);
                        String path = below == null ? root : root + "/" + below.value();
                        calls.computeIfAbsent(verb(method) + " " + path, call -> new TreeSet<>())
                                .addAll(parameters(method, path));
                    });
        }
        Map<String, Set<String>> described = new TreeMap<>();
        map(document, "paths").keySet().forEach(path -> map(document, "paths", path)
                .forEach((verb, operation) -> described.put(verb + " " + path, described(operation))));
        assertThat(described).isEqualTo(calls).hasSizeGreaterThan(4);
    }

    @Test
    void everyAnswerIsDescribedFieldByField() {
        Map<String, Object> schemas = new TreeMap<>();
        schemas.put("Instant", Map.of("type", "string", "format", "date-time"));
        for (Class<?> answer : ANSWERS) {
            Map<String, Object> fields = new TreeMap<>();
            for (RecordComponent field : answer.getRecordComponents()) {
                fields.put(field.getName(), schema(field.getGenericType()));
            }
            schemas.put(answer.getSimpleName(), Map.of("type", "object", "properties", fields));
        }
        assertThat(map(document, "components", "schemas")).isEqualTo(schemas);
    }

    @Test
    void everyErrorIsAProblem() {
        Map<String, Object> problem =
                Map.of(Problem.MEDIA_TYPE, Map.of("schema", Map.of("$ref", SCHEMAS + Problem.class.getSimpleName())));
        map(document, "paths").keySet().forEach(path -> map(document, "paths", path)
                .keySet()
                .forEach(verb -> map(document, "paths", path, verb, "responses").forEach((status, response) -> {
                    Object content = ((Map<?, ?>) response).get("content");
                    if (status.matches("[45]\\d\\d")) {
                        assertThat(content).as("%s %s %s", verb, path, status).isEqualTo(problem);
                    } else {
                        assertThat(content).as("%s %s %s", verb, path, status).isNotEqualTo(problem);
                    }
                })));
    }

    @Test
    void everyCallMayBeRefusedForWantOfTheToken() {
        map(document, "paths").keySet().forEach(path -> map(document, "paths", path)
                .keySet()
                .forEach(verb -> assertThat(map(document, "paths", path, verb, "responses"))
                        .as("%s %s", verb, path)
                        .containsKeys("401", "403")));
        assertThat(document).containsEntry("security", List.of(Map.of("token", List.of())));
        assertThat(map(document, "components", "securitySchemes", "token"))
                .contains(Map.entry("type", "http"), Map.entry("scheme", "bearer"));
    }

    private static boolean isCall(Method method) {
        return method.isAnnotationPresent(GET.class) || method.isAnnotationPresent(POST.class);
    }

    private static String verb(Method call) {
        return call.isAnnotationPresent(GET.class) ? "get" : "post";
    }

    /** In the path, the query, and the headers that are ours; those of HTTP itself need no description. */
    private static Set<String> parameters(Method call, String path) {
        Set<String> names = new TreeSet<>();
        Arrays.stream(call.getParameters()).forEach(parameter -> {
            if (path.contains("{" + parameter.getName() + "}") || parameter.isAnnotationPresent(RestQuery.class)) {
                names.add(parameter.getName());
            }
            if (parameter.isAnnotationPresent(HeaderParam.class)) {
                names.add(parameter.getAnnotation(HeaderParam.class).value());
            }
        });
        return names;
    }

    private static Set<String> described(Object operation) {
        Set<String> names = new TreeSet<>();
        if (((Map<?, ?>) operation).get("parameters") instanceof List<?> parameters) {
            parameters.forEach(parameter -> names.add(String.valueOf(((Map<?, ?>) parameter).get("name"))));
        }
        return names;
    }

    private static Map<String, Object> schema(Type type) {
        if (type instanceof ParameterizedType list) {
            return Map.of("type", "array", "items", schema(list.getActualTypeArguments()[0]));
        }
        if (type == String.class) {
            return Map.of("type", "string");
        }
        if (type == boolean.class) {
            return Map.of("type", "boolean");
        }
        if (type == int.class || type == Integer.class) {
            return Map.of("type", "integer", "format", "int32");
        }
        if (type == long.class) {
            return Map.of("type", "integer", "format", "int64");
        }
        return Map.of("$ref", SCHEMAS + ((Class<?>) type).getSimpleName());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> root, String... keys) {
        Map<String, Object> inner = root;
        for (String key : keys) {
            inner = (Map<String, Object>) inner.get(key);
        }
        return inner;
    }

    private static Map<String, Object> read() {
        try {
            return new Yaml().load(new String(new ApiDescription().document(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
