package io.redisvault.deployment;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.SimpleRemapper;
import org.objectweb.asm.tree.AnnotationNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;

/** The classes that a native build is given, and the JDK's: with what substitutions replace and delete. */
final class NativeClasses implements AutoCloseable {

    private static final String ANNOTATIONS = "Lcom/oracle/svm/core/annotate/";

    private record Entry(JarFile jar, JarEntry entry) {

        byte[] bytes() {
            try (InputStream content = jar.getInputStream(entry)) {
                return content.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final List<JarFile> jars = new ArrayList<>();
    private final Map<String, List<Entry>> entries = new HashMap<>();
    private final Map<String, Optional<ClassNode>> classes = new HashMap<>();
    private final Map<String, List<String>> substitutions = new HashMap<>();
    private final Map<String, String> targets = new HashMap<>();
    private final URLClassLoader loader;

    /**
     * All jars of a directory that {@code quarkus.native.sources-only} makes.
     *
     * @param without jars whose name has one of these words
     */
    NativeClasses(Path sources, String... without) throws IOException {
        List<URL> urls = new ArrayList<>();
        // The builder brings GraalVM's own.
        Stream<Path> builder = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> path.contains("graalvm"))
                .map(Path::of);
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : Stream.concat(files.sorted(), builder)
                    .filter(file -> file.toString().endsWith(".jar"))
                    .filter(file -> Stream.of(without).noneMatch(file.toString()::contains))
                    .toList()) {
                urls.add(file.toUri().toURL());
                JarFile jar = new JarFile(file.toFile(), false, ZipFile.OPEN_READ, JarFile.runtimeVersion());
                jars.add(jar);
                jar.versionedStream()
                        .forEach(entry -> entries.computeIfAbsent(entry.getName(), any -> new ArrayList<>())
                                .add(new Entry(jar, entry)));
            }
        }
        loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        entries.forEach((name, found) -> {
            if (name.endsWith(".class")) {
                findTarget(found.get(0).bytes());
            }
        });
    }

    /** Resources whose name matches, by their names. */
    Map<String, List<String>> resources(Predicate<String> which) {
        Map<String, List<String>> resources = new TreeMap<>();
        entries.forEach((name, found) -> {
            if (which.test(name)) {
                resources.put(
                        name,
                        found.stream()
                                .map(entry -> new String(entry.bytes(), StandardCharsets.UTF_8))
                                .toList());
            }
        });
        return resources;
    }

    /** A class with its superclasses and interfaces, which are linked with it; empty if one of them is missing. */
    Optional<ClassNode> find(String name) {
        Optional<ClassNode> known = classes.get(name);
        if (known == null) {
            known = read(name)
                    .filter(node ->
                            (node.superName == null || find(node.superName).isPresent())
                                    && node.interfaces.stream()
                                            .allMatch(one -> find(one).isPresent()));
            classes.put(name, known);
        }
        return known;
    }

    boolean isOfTheJdk(String name) {
        return !entries.containsKey(name + ".class");
    }

    private Optional<ClassNode> read(String name) {
        List<Entry> found = entries.get(name + ".class");
        if (found == null) {
            try (InputStream jdk = ClassLoader.getPlatformClassLoader().getResourceAsStream(name + ".class")) {
                return jdk == null ? Optional.empty() : Optional.of(parse(jdk.readAllBytes(), ClassReader.SKIP_CODE));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        ClassNode node = parse(found.get(0).bytes(), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        substitutions.getOrDefault(name, List.of()).forEach(substitution -> substitute(node, substitution));
        return Optional.of(node);
    }

    private ClassNode parse(byte[] bytes, int options) {
        ClassNode node = new ClassNode();
        new ClassReader(bytes).accept(new ClassRemapper(node, new SimpleRemapper(Opcodes.ASM9, targets)), options);
        return node;
    }

    private void findTarget(byte[] bytes) {
        ClassNode node = new ClassNode();
        new ClassReader(bytes).accept(node, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        annotation(node.invisibleAnnotations, node.visibleAnnotations, "TargetClass")
                .ifPresent(target -> {
                    String name = value(target, "value") instanceof Type type
                            ? type.getInternalName()
                            : String.valueOf(value(target, "className")).replace('.', '/');
                    if (value(target, "innerClass") instanceof List<?> inner) {
                        name = Stream.concat(Stream.of(name), inner.stream().map(String::valueOf))
                                .reduce((outer, next) -> outer + "$" + next)
                                .orElseThrow();
                    }
                    if (applies(target, name)) {
                        targets.put(node.name, name);
                        substitutions
                                .computeIfAbsent(name, any -> new ArrayList<>())
                                .add(node.name);
                    }
                });
    }

    private void substitute(ClassNode target, String substitution) {
        ClassNode node = parse(entries.get(substitution + ".class").get(0).bytes(), ClassReader.SKIP_DEBUG);
        boolean whole = annotation(node.invisibleAnnotations, node.visibleAnnotations, "Substitute")
                .isPresent();
        if (whole
                || annotation(node.invisibleAnnotations, node.visibleAnnotations, "Delete")
                        .isPresent()) {
            target.methods.clear();
        }
        target.fields.addAll(node.fields);
        for (MethodNode method : node.methods) {
            Optional<AnnotationNode> element =
                    annotation(method.invisibleAnnotations, method.visibleAnnotations, "TargetElement");
            if (element.isPresent() && !applies(element.get(), target.name)) {
                continue;
            }
            element.map(named -> value(named, "name")).map(Object::toString).ifPresent(name -> method.name = name);
            boolean replaces = whole
                    || annotation(method.invisibleAnnotations, method.visibleAnnotations, "Substitute")
                            .isPresent();
            boolean deletes = annotation(method.invisibleAnnotations, method.visibleAnnotations, "Delete")
                    .isPresent();
            if (replaces || deletes) {
                target.methods.removeIf(one -> one.name.equals(method.name) && one.desc.equals(method.desc));
            }
            if (deletes) {
                method.instructions.clear();
                method.tryCatchBlocks.clear();
            }
            // Lambdas and helpers of a substitution move with it.
            if (replaces || deletes || !isDeclared(target, method)) {
                target.methods.add(method);
            }
        }
    }

    private static boolean isDeclared(ClassNode target, MethodNode method) {
        return target.methods.stream().anyMatch(one -> one.name.equals(method.name) && one.desc.equals(method.desc));
    }

    /** Asks the predicates; one that cannot be asked without a builder says yes. */
    private boolean applies(AnnotationNode annotation, String target) {
        if (!(value(annotation, "onlyWith") instanceof List<?> predicates)) {
            return true;
        }
        return predicates.stream().allMatch(type -> {
            try {
                var constructor = loader.loadClass(((Type) type).getClassName()).getDeclaredConstructor();
                constructor.setAccessible(true);
                Object predicate = constructor.newInstance();
                if (predicate instanceof BooleanSupplier supplier) {
                    return supplier.getAsBoolean();
                }
                @SuppressWarnings("unchecked")
                Predicate<String> ofTheName = (Predicate<String>) predicate;
                return ofTheName.test(target.replace('/', '.'));
            } catch (ReflectiveOperationException | LinkageError e) {
                return true;
            }
        });
    }

    private static Optional<AnnotationNode> annotation(
            List<AnnotationNode> invisible, List<AnnotationNode> visible, String name) {
        return Stream.of(invisible, visible)
                .filter(list -> list != null)
                .flatMap(List::stream)
                .filter(one -> one.desc.equals(ANNOTATIONS + name + ";"))
                .findFirst();
    }

    private static Object value(AnnotationNode annotation, String name) {
        int at = annotation.values == null ? -1 : annotation.values.indexOf(name);
        return at < 0 ? null : annotation.values.get(at + 1);
    }

    @Override
    public void close() throws IOException {
        loader.close();
        for (JarFile jar : jars) {
            jar.close();
        }
    }
}
