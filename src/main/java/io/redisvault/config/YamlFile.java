package io.redisvault.config;

import io.redisvault.config.Setting.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.DuplicateKeyException;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;
import org.yaml.snakeyaml.scanner.ScannerException;

/**
 * Reads the text of each key of a {@code config.yaml}. SmallRye's YAML source is not used because it silently takes the
 * last of two equal keys, joins lists, and reads a node named {@code no} as {@code false}.
 */
final class YamlFile {

    private static final int MOST_BYTES = 256 << 10;

    private YamlFile() {}

    /** @param optional true if the file may be absent */
    static Map<String, String> read(Path path, boolean optional, Consumer<String> mistakes) {
        Map<String, String> texts = new LinkedHashMap<>();
        try {
            // Before anything of SnakeYAML is loaded: mostly there is no file.
            String text = text(path, mistakes);
            Object root = yaml().load(text.replaceFirst("^\uFEFF", ""));
            if (root instanceof Map<?, ?> groups) {
                groups.forEach((group, node) -> add(texts, String.valueOf(group), node, mistakes));
            } else if (root != null) {
                mistakes.accept("expected groups of keys with values");
            }
        } catch (NoSuchFileException e) {
            if (!optional) {
                mistakes.accept("no such file");
            }
        } catch (CharacterCodingException e) {
            mistakes.accept("is not UTF-8 text");
        } catch (IOException e) {
            mistakes.accept(Files.isDirectory(path) ? "is a directory, not a file" : "cannot be read");
        } catch (YAMLException e) {
            mistakes.accept(explain(e));
        }
        return texts;
    }

    private static String text(Path path, Consumer<String> mistakes) throws IOException {
        try (InputStream file = Files.newInputStream(path)) {
            byte[] bytes = file.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                mistakes.accept("has more than 256 KiB, too many for settings");
                return "";
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }
    }

    private static void add(Map<String, String> texts, String key, Object value, Consumer<String> mistakes) {
        if (!key.matches("[A-Za-z0-9_.-]{1,80}")) {
            // Not repeated: it may be a misplaced secret.
            mistakes.accept("has something that is not a key; write group: {key: value}");
        } else if (UnknownNames.isGroup(key) && value instanceof Map<?, ?> keys) {
            keys.forEach((name, text) -> add(texts, key + "." + name, text, mistakes));
        } else if (UnknownNames.isGroup(key) && value != null) {
            mistakes.accept(key + ": expected keys with values");
        } else if (!UnknownNames.isGroup(key) && !UnknownNames.isKey(key)) {
            mistakes.accept(key + ": unknown key" + UnknownNames.suggestionFor(key));
        } else if (value instanceof String text) {
            texts.put(key, text);
        } else if (value != null) {
            mistakes.accept(key + ": expected one value, not a list or a group of keys");
        }
    }

    /** Reads everything but null as text, so that YAML's types do not change a value. */
    private static Yaml yaml() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        DumperOptions unused = new DumperOptions();
        return new Yaml(new SafeConstructor(options), new Representer(unused), unused, options, new Resolver() {
            @Override
            protected void addImplicitResolvers() {
                addImplicitResolver(Tag.NULL, NULL, "~nN\0");
                addImplicitResolver(Tag.NULL, EMPTY, null);
            }
        });
    }

    /** Repeats only what the scanner says. Other messages name anchors and tags, which may be an unquoted secret. */
    private static String explain(YAMLException e) {
        if (!(e instanceof MarkedYAMLException marked) || marked.getProblemMark() == null) {
            return e instanceof ReaderException
                    ? "has characters that are not allowed in YAML"
                    : "is nested too deep; write group: {key: value}";
        }
        String problem = e instanceof ScannerException
                ? Value.onOneLine(marked.getProblem())
                : "expected one document without anchors, aliases and tags; quote a value that starts with *, & or !";
        if (problem.startsWith("found character")) {
            // The scanner advises against indentation with any such character, and repeats it.
            problem = problem.contains("TAB")
                    ? "indent with spaces, not with tabs"
                    : "quote a value that starts with @, % or `";
        }
        return "line " + (marked.getProblemMark().getLine() + 1) + ", column "
                + (marked.getProblemMark().getColumn() + 1) + ": "
                + (e instanceof DuplicateKeyException ? "a key is given twice" : problem);
    }
}
