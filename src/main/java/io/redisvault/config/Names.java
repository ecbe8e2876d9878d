package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.config.spi.Converter;

/** Words that have a form, most of which become part of a key. */
@RegisterForReflection
final class Names {

    private Names() {}

    /** One segment of a key, and thereby of a path. */
    public static final class NodeName implements Converter<String> {
        @Override
        public String convert(String value) {
            if (!isSegment(value) || value.indexOf('/') >= 0 || !value.strip().equals(value)) {
                throw new BadValue("is not a node name: no slashes, backslashes, control characters or outer spaces,"
                        + " not . or ..");
            }
            if (value.getBytes(StandardCharsets.UTF_8).length > 200) {
                throw new BadValue("is longer than 200 bytes");
            }
            return value;
        }
    }

    public static final class FileName implements Converter<String> {
        @Override
        public String convert(String value) {
            if (!isSegment(value) || value.indexOf('/') >= 0) {
                throw new BadValue("is not a file name: no slashes, backslashes or control characters, not . or ..");
            }
            return value;
        }
    }

    public static final class Prefix implements Converter<String> {
        @Override
        public String convert(String value) {
            String prefix = value.replaceAll("^/+|/+$", "");
            if (prefix.isEmpty()) {
                return prefix;
            }
            for (String segment : prefix.split("/", -1)) {
                if (!isSegment(segment)) {
                    throw new BadValue("is not a prefix: " + RULE);
                }
            }
            return prefix;
        }

        static final String RULE = "no empty, . or .. segments, no backslashes or control characters";
    }

    /** Lone surrogates have no UTF-8, so they cannot be part of any key. */
    private static boolean isSegment(String text) {
        return !text.isEmpty()
                && !text.equals(".")
                && !text.equals("..")
                && text.chars().noneMatch(c -> c == '\\' || Character.isISOControl(c))
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    public static final class Bucket implements Converter<String> {
        @Override
        public String convert(String value) {
            boolean wellFormed = value.matches("[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]");
            boolean address = value.matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
            if (!wellFormed || address || value.contains("..")) {
                throw new BadValue("is not a bucket name: " + RULE);
            }
            return value;
        }

        static final String RULE = "3 to 63 lower-case letters, digits, dots and hyphens";
    }

    public static final class Region implements Converter<String> {
        @Override
        public String convert(String value) {
            return matching(value, "[a-z0-9-]+", "is not a region such as eu-central-1");
        }
    }

    public static final class ProjectId implements Converter<String> {
        @Override
        public String convert(String value) {
            return matching(value, "[a-z0-9][a-z0-9.:-]*", "is not a Google Cloud project id");
        }
    }

    public static final class Host implements Converter<String> {
        @Override
        public String convert(String value) {
            return matching(
                    value,
                    "[A-Za-z0-9._-]+|[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*",
                    "is not a host name or IP address");
        }
    }

    public static final class Token implements Converter<String> {
        @Override
        public String convert(String value) {
            return matching(value, "[\\x21-\\x7e]{16,}", "must have at least 16 visible ASCII characters");
        }
    }

    private static String matching(String value, String pattern, String otherwise) {
        if (!value.matches(pattern)) {
            throw new BadValue(otherwise);
        }
        return value;
    }
}
