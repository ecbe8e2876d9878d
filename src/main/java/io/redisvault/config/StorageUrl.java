package io.redisvault.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Type, place and prefix in one: {@code s3://bucket/prefix}, {@code gs://bucket/prefix} or {@code file:///path}. */
final class StorageUrl {

    static final Format FORMAT = text -> {
        parts(text);
        return text;
    };

    private static final Pattern BUCKET_AND_PREFIX = Pattern.compile("(s3|gs)://([^/]*)(.*)", Pattern.DOTALL);

    private StorageUrl() {}

    /** Values that it stands for, by key. */
    static Map<String, String> parts(String url) {
        Map<String, String> parts = new LinkedHashMap<>();
        Matcher bucket = BUCKET_AND_PREFIX.matcher(url);
        if (url.startsWith("file:///")) {
            parts.put("storage.type", "filesystem");
            parts.put("storage.path", Format.PATH.canonical(url.substring("file://".length())));
            parts.put("storage.prefix", "");
        } else if (!bucket.matches()) {
            throw new InvalidValueException(
                    "is not a storage URL; write s3://bucket/prefix, gs://bucket/prefix or file:///path");
        } else if (url.matches("(?s).*[?#].*")) {
            throw new InvalidValueException("must not contain ? or #");
        } else {
            parts.put("storage.type", bucket.group(1).equals("s3") ? "s3" : "gcs");
            parts.put(
                    "storage.bucket",
                    part(Format.BUCKET, bucket.group(2), "bucket name: " + SettingsValidator.BUCKET_RULE));
            parts.put("storage.prefix", part(Format.PREFIX, bucket.group(3), Format.PREFIX_RULE));
        }
        return parts;
    }

    private static String part(Format format, String text, String rule) {
        try {
            return format.canonical(text);
        } catch (InvalidValueException e) {
            throw new InvalidValueException("has no valid " + rule);
        }
    }
}
