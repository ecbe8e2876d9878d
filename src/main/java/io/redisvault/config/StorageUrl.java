package io.redisvault.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Type, place and prefix in one: {@code s3://bucket/prefix}, {@code gs://bucket/prefix} or {@code file:///path}. */
final class StorageUrl {

    private static final Pattern BUCKET_AND_PREFIX = Pattern.compile("(s3|gs)://([^/]*)(.*)", Pattern.DOTALL);

    private StorageUrl() {}

    /** Values that it stands for, by key. */
    static Map<String, String> parts(String url) {
        if (url.startsWith("file:///")) {
            String path = ValueFormat.PATH.canonical(url.substring("file://".length()));
            return Map.of("storage.type", "filesystem", "storage.path", path, "storage.prefix", "");
        }
        Matcher bucket = BUCKET_AND_PREFIX.matcher(url);
        if (!bucket.matches()) {
            throw new InvalidValueException(
                    "is not a storage URL; write s3://bucket/prefix, gs://bucket/prefix or file:///path");
        }
        if (url.matches("(?s).*[?#].*")) {
            throw new InvalidValueException("must not contain ? or #");
        }
        String type = bucket.group(1).equals("s3") ? "s3" : "gcs";
        String name = part(ValueFormat.BUCKET, bucket.group(2), ValueFormat.BUCKET_RULE);
        String prefix = part(ValueFormat.PREFIX, bucket.group(3), ValueFormat.PREFIX_RULE);
        return Map.of("storage.type", type, "storage.bucket", name, "storage.prefix", prefix);
    }

    private static String part(ValueFormat format, String text, String rule) {
        try {
            return format.canonical(text);
        } catch (InvalidValueException e) {
            throw new InvalidValueException("has no valid " + rule);
        }
    }
}
