import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes.Name;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * In the build of the image: makes two jars of the two hundred of the application, one of its own classes and one of all
 * libraries, since the JVM opens each at a start. Out of classes it takes what only debuggers and compilers read, the names
 * of local variables and annotations on types or for tools: each that is loaded takes less memory for it, and the jars and
 * the AOT cache less room. Numbers of lines stay, for stack traces. Out of the AWS SDK it takes its services but those in
 * use.
 *
 * <pre>java PackApplication.java DIRECTORY</pre>
 */
final class PackApplication {

    private static final ClassFile CLASSES = ClassFile.of(
            ClassFile.DebugElementsOption.DROP_DEBUG,
            ClassFile.ConstantPoolSharingOption.NEW_POOL,
            // To compute them anew takes classes that may be missing: each method gets back its own.
            ClassFile.StackMapsOption.DROP_STACK_MAPS);

    /** Of each of its 300 services the AWS SDK would load a class to find the region of one: 5 MiB with S3. */
    private static final String AWS_SERVICES = "software/amazon/awssdk/regions/GeneratedServiceMetadataProvider";

    private static final Set<String> SERVICES = Set.of("s3", "sts");

    /** Read only by builds, or in a jar of one library. The JVM keeps the index of an open jar in the heap. */
    private static final Pattern DROPPED = Pattern.compile("META-INF/(MANIFEST\\.MF|INDEX\\.LIST|jandex\\.idx|beans\\.xml"
            + "|quarkus-.*|native-image/.*|proguard/.*|maven/.*/pom\\.xml|[^/]*\\.kotlin_module)"
            + "|OSGI-INF/.*|(.*/)?module-info\\.class");

    private static final Pattern LICENSES = Pattern.compile("META-INF/([^/]*(?:LICENSE|NOTICE|DEPENDENCIES)[^/]*)");

    private static final Pattern LISTS = Pattern.compile("META-INF/(services/.*|io\\.netty\\.versions\\.properties)");

    /** Of these the first serves, as on a class path; {@code META-INF/maven} is for scanners. */
    private static final Pattern FIRST_OF_ITS_NAME = Pattern.compile(".*\\.class|META-INF/maven/.*");

    private static final String OWN = "app/redis-vault.jar";

    /** Quarkus' runner takes the directory above these two for that of the application. */
    private static final String LIBRARIES = "lib/main/libraries.jar";

    private PackApplication() {}

    public static void main(String... arguments) throws IOException {
        Path application = Path.of(arguments[0]);
        Path runner = application.resolve("quarkus-run.jar");
        Manifest manifest;
        try (JarFile jar = new JarFile(runner.toFile())) {
            manifest = jar.getManifest();
        }
        String[] classPath =
                manifest.getMainAttributes().getValue(Name.CLASS_PATH).split(" ");
        Map<Boolean, List<Path>> jars = Stream.of(classPath)
                .map(application::resolve)
                .collect(Collectors.partitioningBy(jar -> jar.startsWith(application.resolve("lib"))));
        pack(jars.get(false), application.resolve(OWN));
        pack(jars.get(true), application.resolve(LIBRARIES));
        manifest.getMainAttributes().put(Name.CLASS_PATH, OWN + " " + LIBRARIES);
        write(Map.of(), manifest, runner, Files.getLastModifiedTime(runner));
    }

    private static void pack(List<Path> jars, Path packed) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        FileTime newest = FileTime.fromMillis(0);
        for (Path path : jars) {
            // Of classes for several versions of Java those for this one, which the image has.
            try (JarFile jar = new JarFile(path.toFile(), false, ZipFile.OPEN_READ, Runtime.version())) {
                for (JarEntry entry : jar.versionedStream().toList()) {
                    String name = LICENSES.matcher(entry.getName())
                            .replaceFirst("META-INF/licenses/" + path.getFileName() + "/$1");
                    if (!entry.isDirectory() && !DROPPED.matcher(name).matches()) {
                        byte[] bytes = jar.getInputStream(entry).readAllBytes();
                        byte[] stripped = name.endsWith(".class") ? stripClass(bytes) : bytes;
                        entries.merge(name, stripped, (first, second) -> both(name, first, second));
                    }
                }
            }
            FileTime time = Files.getLastModifiedTime(path);
            newest = time.compareTo(newest) > 0 ? time : newest;
            Files.delete(path);
        }
        // Without the versions of libraries: Google's client leaves its own out of a header then.
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Name.MANIFEST_VERSION, "1.0");
        write(entries, manifest, packed, newest);
    }

    private static byte[] both(String name, byte[] first, byte[] second) {
        if (FIRST_OF_ITS_NAME.matcher(name).matches() || Arrays.equals(first, second)) {
            return first;
        }
        if (!LISTS.matcher(name).matches()) {
            throw new IllegalStateException("two libraries differ in " + name + ": is it one of LISTS?");
        }
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.write('\n');
        both.writeBytes(second);
        return both.toByteArray();
    }

    private static void write(Map<String, byte[]> entries, Manifest manifest, Path jar, FileTime time) throws IOException {
        // In whole seconds: layers round it, and the AOT cache holds for files of exactly this time.
        FileTime seconds = FileTime.from(time.to(TimeUnit.SECONDS), TimeUnit.SECONDS);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.setLevel(9);
            out.putNextEntry(entry(JarFile.MANIFEST_NAME, seconds));
            manifest.write(out);
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(entry(entry.getKey(), seconds));
                out.write(entry.getValue());
            }
        }
        Files.setLastModifiedTime(jar, seconds);
    }

    private static ZipEntry entry(String name, FileTime time) {
        ZipEntry entry = new ZipEntry(name);
        // Not with setLastModifiedTime, which adds a field to the index.
        entry.setTime(time.toMillis());
        return entry;
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
                ClassTransform.dropping(PackApplication::isDropped)
                        .andThen(ClassTransform.transformingFields(FieldTransform.dropping(PackApplication::isDropped)))
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
