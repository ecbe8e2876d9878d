import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Removes the names of local variables from the given jars, while the image is built: only debuggers read them. */
class Slim {

    public static void main(String[] jars) throws IOException {
        URL[] urls = new URL[jars.length];
        for (int i = 0; i < jars.length; i++) {
            urls[i] = Path.of(jars[i]).toUri().toURL();
        }
        ClassHierarchyResolver resolver = ClassHierarchyResolver.defaultResolver()
                .orElse(ClassHierarchyResolver.ofResourceParsing(new URLClassLoader(urls)));
        // With the pool of constants as it is, methods would be copied unchanged.
        ClassFile classes = ClassFile.of(
                ClassFile.DebugElementsOption.DROP_DEBUG,
                ClassFile.ConstantPoolSharingOption.NEW_POOL,
                ClassFile.ClassHierarchyResolverOption.of(resolver));
        for (String jar : jars) {
            Path slim = Path.of(jar + ".slim");
            try (var in = new ZipInputStream(Files.newInputStream(Path.of(jar)));
                    var out = new ZipOutputStream(Files.newOutputStream(slim))) {
                for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                    byte[] bytes = in.readAllBytes();
                    out.putNextEntry(new ZipEntry(entry.getName()));
                    out.write(entry.getName().endsWith(".class") ? slim(classes, bytes) : bytes);
                }
            }
            Files.move(slim, Path.of(jar), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Keeps a class unchanged if it needs one that is in none of the jars. */
    private static byte[] slim(ClassFile classes, byte[] bytes) {
        try {
            return classes.transformClass(classes.parse(bytes), ClassTransform.ACCEPT_ALL);
        } catch (IllegalArgumentException missing) {
            return bytes;
        }
    }
}
