package io.redisvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LdcInsnNode;
import picocli.CommandLine.Command;

/** What a builder of native executables would be given; everything that is reached there is linked while it builds. */
@EnabledIfSystemProperty(named = "quarkus.native.sources-only", matches = "true", disabledReason = ".ci/run does it")
class NativeBuildTest {

    private static final Set<String> ANNOTATIONS =
            Set.of(Type.getDescriptor(Command.class), Type.getDescriptor(RegisterForReflection.class));

    private static final Path SOURCES = Path.of("target/native-sources");

    private static NativeClasses classes;
    private static NativeCode code;

    @BeforeAll
    static void read() throws IOException {
        classes = new NativeClasses(SOURCES);
        code = reached(classes);
    }

    @AfterAll
    static void close() throws IOException {
        classes.close();
    }

    @Test
    void nothingThatIsReachedIsMissing() {
        assertThat(code.missing()).isEmpty();
    }

    /** These were left out once. */
    @Test
    void whatIsMissingIsSeen() throws IOException {
        try (NativeClasses fewer = new NativeClasses(SOURCES, "brotli4j", "HdrHistogram")) {
            assertThat(reached(fewer).missing())
                    .anyMatch(
                            line -> line.startsWith("com.aayushatharva.brotli4j.encoder.Encoder$Parameters is named by"
                                    + " io.quarkus.vertx.http.runtime.options.HttpServerOptionsUtils"))
                    .anyMatch(line -> line.startsWith("org.HdrHistogram.DoubleHistogram is named by io.micrometer"));
        }
    }

    @Test
    void resourcesAreRegistered() throws IOException {
        List<Pattern> registered = new ArrayList<>();
        for (JsonNode file : json("resource-config")) {
            file.findValuesAsText("pattern").forEach(pattern -> registered.add(Pattern.compile(pattern)));
        }
        Set<String> asked = new TreeSet<>(code.resources());
        assertThat(asked).contains("io/redisvault/api/page.html");
        // An executable is for the processor that it is built on.
        Predicate<String> ours = Pattern.compile("io/redisvault/.*|linux/" + System.getProperty("os.arch") + "/.*")
                .asMatchPredicate();
        assertThat(classes.resources(
                                name -> !name.matches(".*(/|\\.class)") && (ours.test(name) || asked.contains(name)))
                        .keySet())
                .anyMatch(name -> name.contains("libzstd"))
                .allMatch(name -> registered.stream()
                        .anyMatch(pattern -> pattern.matcher(name).matches()));
    }

    @Test
    void commandsAndWhatIsWrittenAreRegistered() throws IOException {
        Map<String, JsonNode> registered = new HashMap<>();
        for (JsonNode file : json("reflect-config")) {
            file.forEach(entry -> registered.put(entry.path("name").asText(), entry));
        }
        List<String> wanted =
                classes.resources(Pattern.compile("io/redisvault/.*\\.class").asMatchPredicate()).keySet().stream()
                        .map(name -> classes.find(name.replace(".class", "")).orElseThrow())
                        .flatMap(NativeBuildTest::wantedBy)
                        .toList();
        assertThat(wanted)
                .contains("io.redisvault.cli.KeygenCommand", "io.redisvault.cli.CheckCommand$Finding")
                .allMatch(name -> Stream.of("Constructors", "Methods", "Fields").allMatch(members -> registered
                        .getOrDefault(name, MissingNode.getInstance())
                        .path("allDeclared" + members)
                        .asBoolean()));
    }

    /** A command, or a class that is annotated for reflection. */
    private static Stream<String> wantedBy(ClassNode node) {
        return Stream.of(node.visibleAnnotations, node.invisibleAnnotations)
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .filter(annotation -> ANNOTATIONS.contains(annotation.desc))
                .map(annotation -> node.name.replace('/', '.'));
    }

    private static NativeCode reached(NativeClasses classes) throws IOException {
        Set<String> atRunTime = initializedAtRunTime(classes);
        NativeCode code = new NativeCode(classes, name -> atRunTime.stream().anyMatch(name::startsWith));
        code.addRoots("io/quarkus/runner/GeneratedMain", method -> method.name.equals("main"));
        List<JsonNode> registered = new ArrayList<>();
        for (JsonNode file : json(classes, "(reflect|jni)-config")) {
            file.forEach(registered::add);
        }
        Map<String, List<String>> services = services(classes);
        boolean found;
        do {
            code.walk();
            found = registered.removeIf(entry -> register(entry, code));
            for (String service : Set.copyOf(services.keySet())) {
                if (code.isReached(service)) {
                    found = true;
                    services.remove(service).forEach(code::addInstance);
                }
            }
        } while (found);
        return code;
    }

    private static List<JsonNode> json(String name) throws IOException {
        return json(classes, name);
    }

    private static List<JsonNode> json(NativeClasses classes, String name) throws IOException {
        List<JsonNode> read = new ArrayList<>();
        for (List<String> files : classes.resources(file -> file.matches("META-INF/native-image/.*" + name + "\\.json"))
                .values()) {
            for (String file : files) {
                read.add(new ObjectMapper().readTree(file));
            }
        }
        return read;
    }

    /** Implementations by their service: Quarkus looks for them while it builds. */
    private static Map<String, List<String>> services(NativeClasses classes) {
        Map<String, List<String>> services = new HashMap<>();
        classes.resources(name -> name.matches("META-INF/services/[^/]+"))
                .forEach((name, files) -> services.put(
                        name.substring(name.lastIndexOf('/') + 1).replace('.', '/'),
                        files.stream()
                                .flatMap(String::lines)
                                .map(line -> line.replaceAll("#.*", "").strip().replace('.', '/'))
                                .filter(line -> !line.isEmpty())
                                .toList()));
        return services;
    }

    private static boolean register(JsonNode entry, NativeCode code) {
        String condition = entry.at("/condition/typeReachable").asText();
        if (!condition.isEmpty() && !code.isReached(condition.replace('.', '/'))) {
            return false;
        }
        Set<String> names = new HashSet<>();
        entry.path("methods").forEach(method -> names.add(method.path("name").asText()));
        boolean constructors = isTrue(entry, "allDeclaredConstructors", "allPublicConstructors");
        boolean methods = isTrue(entry, "allDeclaredMethods", "allPublicMethods");
        code.addRoots(
                entry.path("name").asText().replace('.', '/'),
                method -> names.contains(method.name)
                        || (method.name.startsWith("<") ? constructors && method.name.equals("<init>") : methods));
        return true;
    }

    private static boolean isTrue(JsonNode entry, String... names) {
        return Stream.of(names).anyMatch(name -> entry.path(name).asBoolean());
    }

    /** Beginnings of names of classes; all others are initialized while the executable is built. */
    private static Set<String> initializedAtRunTime(NativeClasses classes) {
        Set<String> names = new HashSet<>();
        ClassNode feature = classes.find("io/quarkus/runner/Feature").orElseThrow();
        feature.methods.stream()
                .flatMap(method -> StreamSupport.stream(method.instructions.spliterator(), false))
                .filter(instruction -> instruction instanceof LdcInsnNode)
                .map(instruction -> ((LdcInsnNode) instruction).cst.toString())
                .filter(name -> name.contains("."))
                .forEach(names::add);
        String option = "--initialize-at-run-time=";
        Stream.concat(
                        classes
                                .resources(name -> name.matches("META-INF/native-image/.*native-image.properties"))
                                .values()
                                .stream()
                                .flatMap(List::stream),
                        Stream.of(contentOf(SOURCES.resolve("native-image.args").toFile())))
                .flatMap(text -> Stream.of(text.replace("\\\n", " ").split("\\s+")))
                .filter(word -> word.contains(option))
                .map(word -> word.substring(word.indexOf(option) + option.length()))
                .forEach(list -> names.addAll(List.of(list.split(","))));
        return names;
    }
}
