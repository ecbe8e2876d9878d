import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.FieldTransform;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.attribute.RuntimeInvisibleAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeInvisibleParameterAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeInvisibleTypeAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * In the build of the image: takes out of the classes of jars what only debuggers and compilers read, the names of local
 * variables and annotations on types or for tools. Each class that is loaded takes less memory for it, and each jar and
 * the AOT cache less room. Numbers of lines stay, for stack traces.
 *
 * <pre>java StripLibraries.java DIRECTORY…</pre>
 */
final class StripLibraries {

    private static final ClassFile CLASSES = ClassFile.of(
            ClassFile.DebugElementsOption.DROP_DEBUG,
            ClassFile.ConstantPoolSharingOption.NEW_POOL,
            // To compute them anew takes classes that may be missing: each method gets back its own.
            ClassFile.StackMapsOption.DROP_STACK_MAPS);

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
                byte[] bytes = from.getInputStream(entry).readAllBytes();
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setLastModifiedTime(entry.getLastModifiedTime());
                to.putNextEntry(copy);
                to.write(entry.getName().endsWith(".class") ? strip(bytes) : bytes);
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

    private static byte[] strip(byte[] bytes) {
        MethodTransform method = (builder, element) -> {
            if (element instanceof CodeModel code) {
                builder.transformCode(
                        code,
                        CodeTransform.endHandler(end ->
                                code.findAttribute(Attributes.stackMapTable()).ifPresent(end::with)));
            } else if (!isDropped(element)) {
                builder.with(element);
            }
        };
        return CLASSES.transformClass(
                CLASSES.parse(bytes),
                ClassTransform.dropping(StripLibraries::isDropped)
                        .andThen(ClassTransform.transformingFields(FieldTransform.dropping(StripLibraries::isDropped)))
                        .andThen(ClassTransform.transformingMethods(method)));
    }

    private static boolean isDropped(Object element) {
        return element instanceof RuntimeInvisibleAnnotationsAttribute
                || element instanceof RuntimeInvisibleParameterAnnotationsAttribute
                || element instanceof RuntimeInvisibleTypeAnnotationsAttribute
                || element instanceof RuntimeVisibleTypeAnnotationsAttribute;
    }
}
