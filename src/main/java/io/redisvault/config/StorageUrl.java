package io.redisvault.config;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Type, place and prefix in one: {@code s3://bucket/prefix}, {@code gs://bucket/prefix} or {@code file:///path}.
 *
 * @param bucket of S3 and GCS
 * @param prefix exactly what the URL says, without outer slashes; may be empty
 * @param path of the filesystem
 */
public record StorageUrl(StorageType type, Optional<String> bucket, String prefix, Optional<Path> path) {

    @RegisterForReflection
    public static final class Converter implements org.eclipse.microprofile.config.spi.Converter<StorageUrl> {
        @Override
        public StorageUrl convert(String value) {
            if (value.startsWith("file:///")) {
                Path path = new Converters.FilePath().convert(value.substring("file://".length()));
                return new StorageUrl(StorageType.FILESYSTEM, Optional.empty(), "", Optional.of(path));
            }
            if (value.startsWith("s3://")) {
                return inBucket(StorageType.S3, value.substring("s3://".length()));
            }
            if (value.startsWith("gs://")) {
                return inBucket(StorageType.GCS, value.substring("gs://".length()));
            }
            throw new BadValue("is not a storage URL; write s3://bucket/prefix, gs://bucket/prefix or file:///path");
        }

        private static StorageUrl inBucket(StorageType type, String place) {
            if (place.contains("?") || place.contains("#")) {
                throw new BadValue("must not contain ? or #");
            }
            int slash = place.indexOf('/');
            String bucket = slash < 0 ? place : place.substring(0, slash);
            String prefix = slash < 0 ? "" : place.substring(slash);
            return new StorageUrl(
                    type,
                    Optional.of(part(bucket, new Names.Bucket(), "bucket name: " + Names.Bucket.RULE)),
                    part(prefix, new Names.Prefix(), "prefix: " + Names.Prefix.RULE),
                    Optional.empty());
        }

        private static String part(
                String text, org.eclipse.microprofile.config.spi.Converter<String> converter, String what) {
            try {
                return converter.convert(text);
            } catch (BadValue e) {
                throw new BadValue("has no valid " + what, e);
            }
        }
    }
}
