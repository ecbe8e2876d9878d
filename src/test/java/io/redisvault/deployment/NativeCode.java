package io.redisvault.deployment;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.MultiANewArrayInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;

/**
 * What a native build may reach from its roots, by rapid type analysis: a virtual call reaches the method of each class
 * of which there may be an instance. The JDK is taken to call whatever overrides a method of its own. What only a
 * static initializer at build time reaches makes instances, but is no part of the executable.
 */
final class NativeCode {

    /** A method by where it is declared. */
    record Method(String owner, String name, String descriptor) {

        @Override
        public String toString() {
            return owner.replace('/', '.') + "." + name;
        }
    }

    private record Visit(Method method, boolean built) {}

    /** Classes whose turn never comes. */
    private static final List<String> NEVER_RUN = List.of(
            // The library looks for other logging frameworks when the executable is built, and finds none.
            "org/jboss/logging/Log4j",
            // For the JBoss server, which a constant says this is not.
            "org/jboss/logmanager/JDKSpecific",
            // For a security manager: there is none in an executable.
            "io/netty/util/internal/CleanerJava9$2");

    private final NativeClasses classes;
    private final Predicate<String> initializedAtRunTime;
    private final Deque<Visit> open = new ArrayDeque<>();
    private final Map<Method, Boolean> reached = new HashMap<>();
    private final Map<Method, Method> callers = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private final Set<String> instantiated = new HashSet<>();
    private final Map<String, Set<String>> instances = new HashMap<>();
    /** Virtual calls by the class that they name: each method, and whether a call is in the executable. */
    private final Map<String, Map<Method, Boolean>> calls = new HashMap<>();

    private final Set<String> resources = new TreeSet<>();
    private final Map<String, Method> missing = new TreeMap<>();
    private Method current = new Method("", "", "");
    private boolean built = true;

    NativeCode(NativeClasses classes, Predicate<String> initializedAtRunTime) {
        this.classes = classes;
        this.initializedAtRunTime = initializedAtRunTime;
    }

    /** Each class or member that is missing, with the calls that lead to the method that names it. */
    List<String> missing() {
        List<String> lines = new ArrayList<>();
        missing.forEach((what, method) -> {
            StringBuilder line = new StringBuilder(what.replace('/', '.'));
            Set<Method> path = new LinkedHashSet<>();
            for (Method at = method; at != null && path.add(at); at = callers.get(at)) {
                line.append(path.size() == 1 ? " is named by " : " < ").append(at);
            }
            lines.add(line.toString());
        });
        return lines;
    }

    /** Resources that the executable asks for by a constant name; they need not exist. */
    Set<String> resources() {
        return resources;
    }

    boolean isReached(String owner) {
        return seen.contains(owner);
    }

    /** Takes methods of a class as roots; with a constructor among them, there may be instances. */
    void addRoots(String owner, Predicate<MethodNode> which) {
        classes.find(owner).filter(node -> !classes.isOfTheJdk(owner)).ifPresent(node -> {
            seen.add(owner);
            node.methods.stream().filter(which).forEach(method -> {
                if (method.name.equals("<init>")) {
                    instantiate(owner);
                }
                reach(new Method(owner, method.name, method.desc), true);
            });
        });
    }

    /** Makes an instance that is in the executable, however it came there. */
    void addInstance(String owner) {
        addRoots(owner, method -> method.name.equals("<init>") && method.desc.equals("()V"));
    }

    /** Follows all that is open. */
    void walk() {
        while (!open.isEmpty()) {
            Visit visit = open.pop();
            current = visit.method();
            built = visit.built();
            ClassNode node = classes.find(current.owner()).orElseThrow();
            node.methods.stream()
                    .filter(one -> one.name.equals(current.name()) && one.desc.equals(current.descriptor()))
                    .forEach(this::read);
        }
        current = new Method("", "", "");
        built = true;
    }

    private void read(MethodNode method) {
        method.tryCatchBlocks.forEach(block -> {
            if (block.type != null) {
                exists(block.type);
            }
        });
        for (AbstractInsnNode instruction : method.instructions) {
            if (instruction instanceof TypeInsnNode type) {
                if (exists(type.desc) && type.getOpcode() == Opcodes.NEW) {
                    initialize(type.desc);
                    instantiate(type.desc);
                }
            } else if (instruction instanceof MultiANewArrayInsnNode array) {
                exists(array.desc);
            } else if (instruction instanceof LdcInsnNode constant) {
                constant(constant.cst);
                if (built
                        && constant.cst instanceof String name
                        && constant.getNext() instanceof MethodInsnNode call
                        && call.name.startsWith("getResource")) {
                    boolean beside = call.owner.equals("java/lang/Class") && !name.startsWith("/");
                    String directory =
                            current.owner().substring(0, current.owner().lastIndexOf('/') + 1);
                    resources.add((beside ? directory : "") + name.replaceFirst("^/", ""));
                }
            } else if (instruction instanceof FieldInsnNode field) {
                field(
                        field.owner,
                        field.name,
                        field.getOpcode() == Opcodes.GETSTATIC || field.getOpcode() == Opcodes.PUTSTATIC);
            } else if (instruction instanceof MethodInsnNode call) {
                call(call.getOpcode(), call.owner, call.name, call.desc);
            } else if (instruction instanceof InvokeDynamicInsnNode lambda) {
                Type made = Type.getReturnType(lambda.desc);
                if (made.getSort() == Type.OBJECT && exists(made.getInternalName())) {
                    instantiate(made.getInternalName());
                }
                constant(lambda.bsm);
                for (Object argument : lambda.bsmArgs) {
                    constant(argument);
                }
            }
        }
    }

    private void constant(Object value) {
        if (value instanceof Type type && type.getSort() != Type.METHOD) {
            exists(type.getInternalName());
        } else if (value instanceof Handle handle) {
            handle(handle);
        } else if (value instanceof ConstantDynamic dynamic) {
            handle(dynamic.getBootstrapMethod());
            for (int i = 0; i < dynamic.getBootstrapMethodArgumentCount(); i++) {
                constant(dynamic.getBootstrapMethodArgument(i));
            }
        }
    }

    private void handle(Handle handle) {
        switch (handle.getTag()) {
            case Opcodes.H_GETFIELD, Opcodes.H_PUTFIELD -> field(handle.getOwner(), handle.getName(), false);
            case Opcodes.H_GETSTATIC, Opcodes.H_PUTSTATIC -> field(handle.getOwner(), handle.getName(), true);
            case Opcodes.H_INVOKESTATIC ->
                call(Opcodes.INVOKESTATIC, handle.getOwner(), handle.getName(), handle.getDesc());
            case Opcodes.H_NEWINVOKESPECIAL -> {
                if (exists(handle.getOwner())) {
                    initialize(handle.getOwner());
                    instantiate(handle.getOwner());
                    call(Opcodes.INVOKESPECIAL, handle.getOwner(), handle.getName(), handle.getDesc());
                }
            }
            case Opcodes.H_INVOKESPECIAL ->
                call(Opcodes.INVOKESPECIAL, handle.getOwner(), handle.getName(), handle.getDesc());
            default -> call(Opcodes.INVOKEVIRTUAL, handle.getOwner(), handle.getName(), handle.getDesc());
        }
    }

    /** False, and noted, if a class or one of those that it extends is missing. */
    private boolean exists(String name) {
        Type type = name.startsWith("[") ? Type.getType(name).getElementType() : Type.getObjectType(name);
        if (type.getSort() != Type.OBJECT) {
            return true;
        }
        boolean found = classes.find(type.getInternalName()).isPresent();
        if (found) {
            seen.add(type.getInternalName());
        } else {
            note(type.getInternalName());
        }
        return found;
    }

    private void note(String what) {
        if (built) {
            missing.putIfAbsent(what, current);
        }
    }

    private void field(String owner, String name, boolean isStatic) {
        if (!exists(owner) || classes.isOfTheJdk(owner)) {
            return;
        }
        for (String type : lineage(owner)) {
            if (classes.find(type).orElseThrow().fields.stream().anyMatch(field -> field.name.equals(name))) {
                if (isStatic) {
                    initialize(type);
                }
                return;
            }
        }
        note(owner + "." + name);
    }

    private void call(int opcode, String owner, String name, String descriptor) {
        if (!exists(owner) || classes.isOfTheJdk(owner)) {
            return;
        }
        Optional<Method> declared = resolve(owner, name, descriptor);
        if (declared.isEmpty()) {
            note(owner + "." + name + "()");
        } else if (!classes.isOfTheJdk(declared.get().owner())) {
            if (opcode == Opcodes.INVOKESTATIC) {
                initialize(declared.get().owner());
                reach(declared.get(), built);
            } else if (opcode == Opcodes.INVOKESPECIAL) {
                reach(declared.get(), built);
            } else {
                virtual(owner, declared.get());
            }
        }
    }

    private void virtual(String owner, Method declared) {
        Map<Method, Boolean> known = calls.computeIfAbsent(owner, any -> new HashMap<>());
        Boolean before = known.get(declared);
        if (before == null || built && !before) {
            known.put(declared, built);
            for (String instance : Set.copyOf(instances.getOrDefault(owner, Set.of()))) {
                dispatch(instance, declared, built);
            }
        }
    }

    private void instantiate(String name) {
        if (!instantiated.add(name)) {
            return;
        }
        for (String type : lineage(name)) {
            instances.computeIfAbsent(type, any -> new LinkedHashSet<>()).add(name);
            Map.copyOf(calls.getOrDefault(type, Map.of()))
                    .forEach((method, inExecutable) -> dispatch(name, method, inExecutable));
            if (classes.isOfTheJdk(type) && !classes.isOfTheJdk(name)) {
                for (MethodNode method : classes.find(type).orElseThrow().methods) {
                    if ((method.access & (Opcodes.ACC_STATIC | Opcodes.ACC_PRIVATE)) == 0
                            && !method.name.startsWith("<")) {
                        dispatch(name, new Method(type, method.name, method.desc), true);
                    }
                }
            }
        }
    }

    private void dispatch(String instance, Method method, boolean inExecutable) {
        resolve(instance, method.name(), method.descriptor())
                .filter(found -> !classes.isOfTheJdk(found.owner()))
                .ifPresent(found -> reach(found, inExecutable));
    }

    private void initialize(String owner) {
        for (String type : lineage(owner)) {
            if (!classes.isOfTheJdk(type)) {
                classes.find(type).orElseThrow().methods.stream()
                        .filter(method -> method.name.equals("<clinit>"))
                        .forEach(method -> reach(
                                new Method(type, method.name, method.desc),
                                built && initializedAtRunTime.test(type.replace('/', '.'))));
            }
        }
    }

    private void reach(Method method, boolean inExecutable) {
        Boolean before = reached.get(method);
        if (NEVER_RUN.stream().anyMatch(method.owner()::startsWith)) {
            return;
        }
        if (before == null || inExecutable && !before) {
            reached.put(method, inExecutable);
            if (!current.owner().isEmpty()) {
                callers.put(method, current);
            } else {
                callers.remove(method);
            }
            seen.add(method.owner());
            open.push(new Visit(method, inExecutable));
        }
    }

    private Optional<Method> resolve(String owner, String name, String descriptor) {
        Optional<Method> withoutBody = Optional.empty();
        for (String type : lineage(owner)) {
            for (MethodNode method : classes.find(type).orElseThrow().methods) {
                if (method.name.equals(name) && method.desc.equals(descriptor)) {
                    Optional<Method> found = Optional.of(new Method(type, name, descriptor));
                    if ((method.access & Opcodes.ACC_ABSTRACT) == 0) {
                        return found;
                    }
                    withoutBody = withoutBody.or(() -> found);
                }
            }
        }
        return withoutBody;
    }

    /** A class, its superclasses, then their interfaces; {@code Object} for an array. */
    private Set<String> lineage(String name) {
        Set<String> lineage = new LinkedHashSet<>();
        for (String type = name.startsWith("[") ? "java/lang/Object" : name; type != null; ) {
            lineage.add(type);
            type = classes.find(type).orElseThrow().superName;
        }
        Deque<String> next = new ArrayDeque<>(lineage);
        while (!next.isEmpty()) {
            for (String type : classes.find(next.pop()).orElseThrow().interfaces) {
                if (lineage.add(type)) {
                    next.add(type);
                }
            }
        }
        return lineage;
    }
}
