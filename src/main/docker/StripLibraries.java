import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.FieldTransform;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.attribute.RuntimeInvisibleAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeInvisibleParameterAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeInvisibleTypeAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * In the build of the image: takes out of the classes of jars what only debuggers and compilers read, the names of local
 * variables and annotations on types or for tools. Each class that is loaded takes less memory for it, and each jar and
 * the AOT cache less room. Numbers of lines stay, for stack traces. Out of the jars what the JVM keeps in the heap for
 * nothing, directories and most of the manifests. And out of the AWS SDK its services but those in use.
 *
 * <pre>java StripLibraries.java DIRECTORY…</pre>
 */
final class StripLibraries {

    private static final ClassFile CLASSES = ClassFile.of(
            ClassFile.DebugElementsOption.DROP_DEBUG,
            ClassFile.ConstantPoolSharingOption.NEW_POOL,
            // To compute them anew takes classes that may be missing: each method gets back its own.
            ClassFile.StackMapsOption.DROP_STACK_MAPS);

    /** Of each of its 300 services the AWS SDK would load a class to find the region of one: 5 MiB with S3. */
    private static final String AWS_SERVICES = "software/amazon/awssdk/regions/GeneratedServiceMetadataProvider";

    private static final Set<String> SERVICES = Set.of("s3", "sts");

    /** The rest is for OSGi or for people, or a Class-Path that would name what is not here. */
    private static final String READ_IN_MANIFESTS =
            "Manifest-Version|Multi-Release|(Implementation|Specification)-(Title|Vendor|Version)";

    private StripLibraries() {}

    public static void main(String... directories) throws IOException {
        for (String directory : directories) {
            try (Stream<Path> files = Files.walk(Path.of(directory))) {
                List<Path> jars =
                        files.filter(file -> file.toString().endsWith(".jar")).toList();
                jars.parallelStream().forEach(StripLibraries::stripJar);
            }
        }
    }

    private static void stripJar(Path jar) {
        Path stripped = jar.resolveSibling(jar.getFileName() + ".stripped");
        try (ZipFile from = new ZipFile(jar.toFile());
                ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(stripped))) {
            to.setLevel(9);
            for (ZipEntry entry : Collections.list(from.entries())) {
                if (!entry.isDirectory()) {
                    ZipEntry copy = new ZipEntry(entry.getName());
                    // Not with setLastModifiedTime, which adds a field to the index.
                    copy.setTime(entry.getTime());
                    to.putNextEntry(copy);
                    to.write(strip(entry.getName(), from.getInputStream(entry).readAllBytes()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(jar.toString(), e);
        }
        try {
            // In whole seconds, as it was: layers round it, and the AOT cache holds for files of exactly this time.
            Files.setLastModifiedTime(stripped, Files.getLastModifiedTime(jar));
            Files.move(stripped, jar, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] strip(String name, byte[] bytes) throws IOException {
        if (name.equals(JarFile.MANIFEST_NAME)) {
            return stripManifest(bytes);
        }
        return name.endsWith(".class") ? stripClass(bytes) : bytes;
    }

    private static byte[] stripManifest(byte[] bytes) throws IOException {
        Manifest manifest = new Manifest(new ByteArrayInputStream(bytes));
        manifest.getEntries().clear();
        manifest.getMainAttributes().keySet().removeIf(name -> !name.toString().matches(READ_IN_MANIFESTS));
        ByteArrayOutputStream stripped = new ByteArrayOutputStream();
        manifest.write(stripped);
        return stripped.toByteArray();
    }

    private static byte[] stripClass(byte[] bytes) {
        ClassModel type = CLASSES.parse(bytes);
        MethodTransform method = (builder, element) -> {
            if (element instanceof CodeModel code) {
                CodeTransform stackMaps = CodeTransform.endHandler(
                        end -> code.findAttribute(Attributes.stackMapTable()).ifPresent(end::with));
                boolean services = type.thisClass().asInternalName().equals(AWS_SERVICES);
                builder.transformCode(
                        code,
                        services ? CodeTransform.ofStateful(OwnServices::new).andThen(stackMaps) : stackMaps);
            } else if (!isDropped(element)) {
                builder.with(element);
            }
        };
        return CLASSES.transformClass(
                type,
                ClassTransform.dropping(StripLibraries::isDropped)
                        .andThen(ClassTransform.transformingFields(FieldTransform.dropping(StripLibraries::isDropped)))
                        .andThen(ClassTransform.transformingMethods(method)));
    }

    /** Leaves out each {@code put("service", new …())} of services that are not asked. */
    private static final class OwnServices implements CodeTransform {

        private boolean foreign;

        @Override
        public void accept(CodeBuilder builder, CodeElement element) {
            if (element instanceof ConstantInstruction constant
                    && constant.constantValue() instanceof String service
                    && !SERVICES.contains(service)) {
                foreign = true;
            }
            if (!foreign) {
                builder.with(element);
            } else if (element instanceof InvokeInstruction call && call.name().equalsString("put")) {
                foreign = false;
            }
        }
    }

    private static boolean isDropped(Object element) {
        return element instanceof RuntimeInvisibleAnnotationsAttribute
                || element instanceof RuntimeInvisibleParameterAnnotationsAttribute
                || element instanceof RuntimeInvisibleTypeAnnotationsAttribute
                || element instanceof RuntimeVisibleTypeAnnotationsAttribute;
    }
}
