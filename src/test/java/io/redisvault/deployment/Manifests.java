package io.redisvault.deployment;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** Documents of Kubernetes by its own types: a field that the API does not know is an error, and so is one given twice. */
public record Manifests(List<HasMetadata> documents) {

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Stream.of(
                    ConfigMap.class,
                    CronJob.class,
                    NetworkPolicy.class,
                    Pod.class,
                    PodMonitor.class,
                    PrometheusRule.class,
                    Secret.class,
                    Service.class,
                    ServiceAccount.class,
                    StatefulSet.class)
            .collect(Collectors.toMap(
                    type -> HasMetadata.getApiVersion(type) + " " + HasMetadata.getKind(type), Function.identity()));

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                /** Else each type takes what it does not know as an additional property. */
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            })
            .build();

    /** What a file holds. */
    public static Manifests read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Manifests parse(String yaml) {
        return new Manifests(documents(yaml).map(Manifests::typed).toList());
    }

    private static Stream<Object> documents(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        return StreamSupport.stream(new Yaml(options).loadAll(yaml).spliterator(), false);
    }

    /** Of what a chart renders, the StatefulSets and Deployments; they have their pods' template at the same place. */
    static Stream<StatefulSet> workloads(String yaml) {
        return documents(yaml)
                .map(document -> STRICT.convertValue(document, JsonNode.class))
                .filter(document -> document.path("kind").asText().matches("StatefulSet|Deployment"))
                .map(document -> {
                    ((ObjectNode) document.path("spec")).remove("strategy");
                    return STRICT.convertValue(document, StatefulSet.class);
                });
    }

    /** The container of that name, wherever in a chart's values it is. One operator calls its mounts mountPath. */
    static Container container(String yaml, String name) {
        return documents(yaml)
                .map(document -> STRICT.<JsonNode>convertValue(document, JsonNode.class))
                .flatMap(values -> values.findParents("image").stream())
                .filter(container -> container.path("name").asText().equals(name))
                .map(container -> {
                    ObjectNode fields = (ObjectNode) container;
                    if (fields.has("mountPath")) {
                        fields.set("volumeMounts", fields.remove("mountPath"));
                    }
                    return STRICT.convertValue(fields, Container.class);
                })
                .findFirst()
                .orElseThrow();
    }

    private static HasMetadata typed(Object document) {
        Map<?, ?> fields = (Map<?, ?>) document;
        String kind = fields.get("apiVersion") + " " + fields.get("kind");
        if (!KINDS.containsKey(kind)) {
            throw new IllegalArgumentException("not a kind that is known here: " + kind);
        }
        return STRICT.convertValue(document, KINDS.get(kind));
    }

    /** The documents of that kind. */
    public <T extends HasMetadata> Stream<T> all(Class<T> type) {
        return documents.stream().filter(type::isInstance).map(type::cast);
    }

    boolean has(Class<? extends HasMetadata> type) {
        return all(type).findAny().isPresent();
    }

    /** The one document of that kind. */
    public <T extends HasMetadata> T the(Class<T> type) {
        return all(type)
                .reduce((one, other) -> {
                    throw new IllegalStateException("more than one " + type.getSimpleName());
                })
                .orElseThrow();
    }
}
