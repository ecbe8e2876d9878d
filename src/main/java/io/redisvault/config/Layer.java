package io.redisvault.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What was given in one place, the environment or a file; of several values for a setting the first counts. */
record Layer(List<Given> values) {

    Optional<Given> find(String key) {
        return all(key).findFirst();
    }

    Stream<Given> all(String key) {
        return values.stream().filter(given -> given.setting().key().equals(key));
    }

    boolean has(String key) {
        return find(key).isPresent();
    }

    /** One line for each value that is wrong by itself. */
    List<String> mistakes() {
        return values.stream().flatMap(given -> given.mistake().stream()).toList();
    }

    Layer withoutMistakes() {
        return new Layer(
                values.stream().filter(given -> given.mistake().isEmpty()).toList());
    }

    Layer without(String keyPrefix) {
        return new Layer(values.stream()
                .filter(given -> !given.setting().key().startsWith(keyPrefix))
                .toList());
    }

    /** A storage URL replaced by the parts it stands for, which come before any that are given beside it. */
    Layer withUrlTakenApart() {
        List<Given> parts = new ArrayList<>();
        find("backup.storage_url").ifPresent(given -> {
            StorageUrl url = (StorageUrl) given.typed();
            String origin = given.origin();
            parts.add(new Given(
                    Setting.of("storage.type"), origin, url.type().name().toLowerCase(Locale.ROOT)));
            parts.add(new Given(Setting.of("storage.prefix"), origin, url.prefix()));
            url.bucket().ifPresent(bucket -> parts.add(new Given(Setting.of("storage.bucket"), origin, bucket)));
            url.path().ifPresent(path -> parts.add(new Given(Setting.of("storage.path"), origin, path.toString())));
        });
        parts.addAll(values);
        return new Layer(parts);
    }

    Optional<StorageType> storageType() {
        return find("storage.type").map(given -> (StorageType) given.typed());
    }

    boolean suits(StorageType type) {
        return storageType().orElse(type) == type;
    }

    /** This layer for a storage of that type: what it says of another type's means nothing. */
    Layer forStorage(StorageType type) {
        return suits(type) ? this : without("storage.").without("backup.storage_url");
    }

    /** One line for each setting that is given under two names with two values. */
    List<String> disagreements() {
        return Setting.all().stream()
                .filter(setting -> setting.key().startsWith("storage.")
                        || setting.formerKey().isPresent())
                .flatMap(setting -> all(setting.key())
                        .skip(1)
                        .filter(other -> !other.typed()
                                .equals(find(setting.key()).orElseThrow().typed()))
                        .map(other -> other.disagreesWith(find(setting.key()).orElseThrow())))
                .toList();
    }
}
