package io.redisvault.config;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the environment, {@code config.yaml} and the defaults say together, in this order, or all that is wrong. */
public final class Settings {

    private static final Path DEFAULT_FILE = Path.of("config.yaml");

    /** What this process was checked with: Quarkus takes the same, whatever happened to the file in between. */
    private static volatile Settings checked;

    private final List<String> mistakes = new ArrayList<>();
    private final Map<String, Given> values = new TreeMap<>();
    private VaultConfig typed;

    private Settings() {}

    /**
     * Checks the settings of this process before anything starts, and keeps them for what starts.
     *
     * @param configFile as named on the command line; {@code config.yaml}, if there is one, when empty
     * @return one line for each mistake, without any secret; empty if all is well
     */
    public static List<String> check(Optional<Path> configFile) {
        checked = read(Environment.ofProcess(), configFile);
        return checked.mistakes();
    }

    static Optional<Settings> checked() {
        return Optional.ofNullable(checked);
    }

    /** Reads a duration as the settings have it; throws {@link IllegalArgumentException} with what is wrong with it. */
    public static Duration duration(String text) {
        return HumanDuration.parse(text);
    }

    /** Checks a node's name as the setting is checked; throws {@link IllegalArgumentException} with what is wrong with it. */
    public static String nodeName(String text) {
        return new Names.NodeName().convert(text);
    }

    static Settings read(Environment environment, Optional<Path> configFile) {
        Settings settings = new Settings();
        settings.take(environment, YamlFile.read(configFile.orElse(DEFAULT_FILE), configFile.isEmpty()));
        return settings;
    }

    List<String> mistakes() {
        return mistakes;
    }

    /** The settings as the typed interface shows them; those with a mistake are at their defaults. */
    VaultConfig typed() {
        return typed;
    }

    private static VaultConfig map(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "settings", 100))
                .withMapping(VaultConfig.class)
                .build()
                .getConfigMapping(VaultConfig.class);
    }

    /**
     * The values behind {@link VaultConfig} by property name, as they were written. A setting without a value is
     * there too, empty: else Quarkus would take it from a variable such as VAULT_STORAGE_REGION.
     */
    Map<String, String> properties() {
        Map<String, String> properties = new TreeMap<>();
        Setting.all().forEach(setting -> properties.put("vault." + setting.key(), ""));
        values.forEach((key, given) -> properties.put("vault." + key, given.value()));
        return properties;
    }

    private void take(Environment environment, YamlFile file) {
        mistakes.addAll(file.mistakes());
        mistakes.addAll(environment.mistakes());

        Layer inFile = file.layer();
        Layer goodInFile = inFile.withoutMistakes().withUrlTakenApart();
        StorageType type = environment
                .unscoped()
                .withoutMistakes()
                .withUrlTakenApart()
                .storageType()
                .or(goodInFile::storageType)
                .orElse(StorageType.S3);
        Layer inEnvironment = environment.scopedTo(type);
        Layer goodInEnvironment = inEnvironment.withoutMistakes().withUrlTakenApart();

        for (Layer layer : List.of(inFile, inEnvironment)) {
            mistakes.addAll(layer.mistakes());
        }
        for (Layer layer : List.of(goodInFile, goodInEnvironment)) {
            mistakes.addAll(layer.disagreements());
            mistakes.addAll(Rules.exclusive(layer));
        }
        merge(type, goodInEnvironment, goodInFile.forStorage(type));
        require(type, goodInFile.suits(type) ? List.of(inEnvironment, inFile) : List.of(inEnvironment));
        typed = map(properties());
        mistakes.addAll(Rules.broken(typed, values));
    }

    private void merge(StorageType type, Layer environment, Layer file) {
        for (Setting setting : Setting.all()) {
            environment
                    .find(setting.key())
                    .or(() -> file.find(setting.key()))
                    .or(() -> byDefault(setting, type))
                    .ifPresent(given -> values.put(setting.key(), given));
        }
        if (environment.has("backup.interval") && !environment.has("backup.cron")) {
            values.remove("backup.cron");
        }
        values.remove(type == StorageType.FILESYSTEM ? "storage.bucket" : "storage.path");
    }

    private static Optional<Given> byDefault(Setting setting, StorageType type) {
        Optional<String> value = setting.key().equals("storage.bucket") && type == StorageType.S3
                ? Optional.of("redis-vault")
                : setting.defaultValue();
        return value.map(text -> new Given(setting, setting.variableFor(type), text));
    }

    private void require(StorageType type, List<Layer> layers) {
        String key = type == StorageType.FILESYSTEM ? "storage.path" : "storage.bucket";
        boolean given = layers.stream().anyMatch(layer -> layer.has(key) || layer.has("backup.storage_url"));
        if (!values.containsKey(key) && !given) {
            mistakes.add(Setting.of(key).variableFor(type) + " is not set; the storage type "
                    + type.name().toLowerCase(Locale.ROOT) + " needs it");
        }
    }
}
