package io.redisvault.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.composer.ComposerException;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserException;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * A {@code config.yaml}. It is read as text and structure, without YAML's own ideas of types, so that a value is
 * converted, and shown in a mistake, exactly as it was written.
 */
final class YamlFile {

    private final String name;
    private final List<String> mistakes = new ArrayList<>();
    private final Map<String, Given> values = new HashMap<>();

    private YamlFile(Path path) {
        this.name = Given.onOneLine(path.toString());
    }

    /** @param optional whether the file may be absent */
    static YamlFile read(Path path, boolean optional) {
        YamlFile file = new YamlFile(path);
        try {
            String text = Files.readString(path);
            Node root = new Yaml(new LoaderOptions())
                    .compose(new StringReader(text.startsWith("\uFEFF") ? text.substring(1) : text));
            if (root != null && !isNull(root)) {
                file.groups(root);
            }
        } catch (NoSuchFileException e) {
            if (!optional) {
                file.wrong("no such file");
            }
        } catch (CharacterCodingException e) {
            file.wrong("is not UTF-8 text");
        } catch (IOException e) {
            file.wrong(Files.isDirectory(path) ? "is a directory, not a file" : "cannot be read");
        } catch (YAMLException e) {
            file.wrong(explain(e));
        }
        return file;
    }

    List<String> mistakes() {
        return mistakes;
    }

    Layer layer() {
        return new Layer(Setting.all().stream()
                .flatMap(setting -> setting.keys().stream())
                .flatMap(key -> Stream.ofNullable(values.get(key)))
                .toList());
    }

    private void wrong(String what) {
        mistakes.add(name + ": " + what);
    }

    private void groups(Node root) {
        Map<String, Node> groups = entries(root, "");
        groups.forEach((group, node) -> {
            if (!KnownKeys.hasGroup(group)) {
                wrong(group + ": unknown key; " + KnownKeys.insteadOf(group));
            } else if (!isNull(node)) {
                entries(node, group + ".").forEach(this::setting);
            }
        });
    }

    private void setting(String key, Node node) {
        if (!KnownKeys.has(key)) {
            wrong(key + ": unknown key; " + KnownKeys.insteadOf(key));
        } else if (!(node instanceof ScalarNode scalar)) {
            wrong(key + ": expected one value, not " + kind(node));
        } else if (!node.getTag().startsWith(Tag.PREFIX)) {
            wrong(key + ": has a tag of its own; quote a value that starts with !");
        } else if (!isNull(node)) {
            Given given = new Given(Setting.of(key), name + ": " + key, scalar.getValue());
            if (!given.isUnset()) {
                values.put(key, given);
            }
        }
    }

    private Map<String, Node> entries(Node node, String prefix) {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            String where = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1) + ": ";
            wrong(where + "expected keys with values, not " + kind(node));
            return entries;
        }
        for (NodeTuple entry : mapping.getValue()) {
            int line = entry.getKeyNode().getStartMark().getLine() + 1;
            // Anything else may be a misplaced secret, so it is not repeated.
            if (!(entry.getKeyNode() instanceof ScalarNode key)
                    || !key.getValue().matches("[A-Za-z0-9_.-]{1,40}")) {
                wrong("line " + line + ": not a key");
            } else if (entries.putIfAbsent(prefix + key.getValue(), entry.getValueNode()) != null) {
                wrong(prefix + key.getValue() + ": given twice, again in line " + line);
            }
        }
        return entries;
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String kind(Node node) {
        return switch (node.getNodeId()) {
            case mapping -> "a group of keys";
            case sequence -> "a list";
            default -> "a single value";
        };
    }

    /** SnakeYAML repeats names of anchors and tags, which a secret that starts with {@code *} or {@code !} becomes. */
    private static String explain(YAMLException e) {
        if (e instanceof ReaderException unreadable) {
            return "character " + (unreadable.getPosition() + 1) + " is not allowed in YAML";
        }
        if (!(e instanceof MarkedYAMLException marked) || marked.getProblemMark() == null) {
            return "is not YAML";
        }
        String problem = marked.getProblem();
        if (e instanceof ComposerException && problem.contains("alias")) {
            problem = "an alias of nothing; quote a value that starts with *";
        } else if (e instanceof ParserException && problem.contains("tag handle")) {
            problem = "an unknown tag; quote a value that starts with !";
        } else if (problem.contains("but found another document") || problem.contains("anchor")) {
            problem = "expected a single document without anchors";
        }
        return "line " + (marked.getProblemMark().getLine() + 1) + ", column "
                + (marked.getProblemMark().getColumn() + 1) + ": " + Given.onOneLine(problem);
    }
}
