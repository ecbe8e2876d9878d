package io.redisvault.config;

import io.redisvault.config.Setting.Value;
import io.redisvault.config.ValueFormat.InvalidValueException;
import io.redisvault.config.VaultConfig.StorageType;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/** Merges environment, {@code config.yaml} and defaults, in this order of precedence, and collects all mistakes. */
public final class Settings {

    /** Kept by {@link #check}, so that Quarkus starts with the checked settings even if the file changed since. */
    private static volatile Settings checked;

    private static final Setting RECIPIENTS = Setting.of("backup.age_recipients");

    private final List<String> mistakes = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, Value> values = new TreeMap<>();
    private StorageType type;
    private VaultConfig typed;

    /**
     * Checks the settings of this process before anything starts, and keeps them for {@link #current}.
     *
     * @param configFile from the command line; if empty, {@code config.yaml} is read if it exists
     * @param into the address from {@code --into}, which replaces the configured Redis
     * @return one line for each mistake, without secrets; empty if there is none
     */
    public static List<String> check(Optional<Path> configFile, Optional<String> into) {
        checked = ofProcess(configFile, into);
        if (checked.mistakes.isEmpty()) {
            checked.requireRegion();
        }
        return checked.mistakes;
    }

    /** The checked settings. If Quarkus starts without our launcher, as in its tests, reads those of this process. */
    public static Settings current() {
        return checked != null ? checked : ofProcess(Optional.empty(), Optional.empty());
    }

    /** Reads the settings of this process. A system property with the name of a variable replaces it. */
    public static Settings ofProcess(Optional<Path> configFile, Optional<String> into) {
        Map<String, String> variables = new HashMap<>(System.getenv());
        Setting.VARIABLES.forEach(name -> variables.compute(name, System::getProperty));
        return new Settings(variables, configFile, into);
    }

    Settings(Map<String, String> environment, Optional<Path> configFile, Optional<String> into) {
        Map<String, Value> file = readFile(configFile);
        take(UnknownNames.withoutServices(environment), file);
        into.ifPresent(this::replaceRedis);
        new SettingsValidator(typed, values, mistakes, warnings).validate(environment);
    }

    List<String> mistakes() {
        return mistakes;
    }

    /** One line for each setting that has no effect, or perhaps not the intended one. */
    public List<String> warnings() {
        return warnings;
    }

    /** The variables, and the file, that values come from. Defaults are left out. */
    public List<String> sources() {
        return values.values().stream()
                .map(value -> value.source().replaceFirst(": .*", ""))
                .distinct()
                .sorted()
                .toList();
    }

    /** The typed settings. A setting with an invalid value has its default. */
    public VaultConfig typed() {
        return typed;
    }

    /** Checks a node name like the setting. Throws {@link IllegalArgumentException}, which says what is wrong. */
    public static String nodeName(String text) {
        return Setting.of("redis.node_name").canonical(text);
    }

    Value value(String key) {
        return values.get(key);
    }

    /**
     * The values behind {@link VaultConfig} by property name. A setting without a value is present but empty: otherwise
     * Quarkus would read it from a variable like VAULT_STORAGE_REGION.
     */
    Map<String, String> properties() {
        Map<String, String> properties = new TreeMap<>();
        for (Setting setting : Setting.ALL) {
            properties.put(
                    setting.property(),
                    setting.defaultValue(type).map(setting::canonical).orElse(""));
        }
        values.values().forEach(value -> properties.put(value.setting().property(), value.canonical()));
        // A file with a secret has replaced the secret itself, whose key comes first. Age recipients of both count.
        properties.put(
                RECIPIENTS.property(),
                Stream.of(RECIPIENTS.key(), RECIPIENTS.key() + "_file")
                        .flatMap(key -> Stream.ofNullable(values.get(key)))
                        .map(Value::canonical)
                        .collect(Collectors.joining(",")));
        // Not in VaultConfig: the URL sets other settings, and the other one has no effect any more.
        properties.keySet().removeAll(Set.of("vault.backup.storage_url", "vault.storage.checksums"));
        return properties;
    }

    private void map() {
        typed = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties(), "settings", 100))
                .withMapping(VaultConfig.class)
                .build()
                .getConfigMapping(VaultConfig.class);
    }

    private Map<String, Value> readFile(Optional<Path> configFile) {
        Path path = configFile.orElse(Path.of("config.yaml"));
        if (path.toString().isEmpty()) {
            mistakes.add("--config is empty; name a file or leave it out");
            return new HashMap<>();
        }
        String name = Value.onOneLine(path.toString()) + ": ";
        Map<String, String> texts = YamlFile.read(path, configFile.isEmpty(), mistake -> mistakes.add(name + mistake));
        Map<String, Value> file = new HashMap<>();
        for (Setting setting : Setting.ALL) {
            setting.keys().stream()
                    .filter(texts::containsKey)
                    .forEach(key -> add(file, setting, name + key, texts.get(key)));
        }
        return file;
    }

    private void take(Map<String, String> variables, Map<String, Value> file) {
        UnknownNames.report(variables, mistakes, warnings);
        Map<String, Value> environment = new HashMap<>();
        for (Setting setting : Setting.ALL) {
            setting.variables(typeOf(environment, file))
                    .filter(variables::containsKey)
                    .forEach(name -> add(environment, setting, name, variables.get(name)));
        }
        type = typeOf(environment, file);
        if (typeOf(file, environment) != type) {
            file.keySet().removeIf(key -> key.startsWith("storage."));
        }
        for (Map<String, Value> source : List.of(file, environment)) {
            if (source.containsKey("backup.cron") && source.containsKey("backup.interval")) {
                mistakes.add(source.get("backup.cron").source() + " and "
                        + source.get("backup.interval").source() + " are both set; keep one");
            }
        }
        if (environment.containsKey("backup.interval")) {
            file.remove("backup.cron");
        }
        values.putAll(file);
        values.putAll(environment);
        UnknownNames.taken(variables, type).forEach(this::takeUnlessSet);
        values.remove(type == StorageType.FILESYSTEM ? "storage.bucket" : "storage.path");
        Setting place = Setting.of(type == StorageType.FILESYSTEM ? "storage.path" : "storage.bucket");
        boolean placeIsSet = values.containsKey(place.key()) || values.containsKey("backup.storage_url");
        if (!placeIsSet && place.defaultValue(type).isEmpty()) {
            mistakes.add(place.variable(type) + " is not set; the storage type "
                    + type.name().toLowerCase(Locale.ROOT) + " needs it");
        }
        values.values().removeIf(value -> value.canonical() == null);
        map();
    }

    private void takeUnlessSet(String variable, String text) {
        Setting setting = UnknownNames.settingOf(variable);
        Value set = values.get(setting.key());
        if (set == null) {
            add(values, setting, variable, text);
        } else if (!set.text().endsWith(text.replace("redis://", ""))) {
            warnings.add(variable + " has no effect, since " + set.source() + " is set");
        }
    }

    /** Adds a value of one source. If two names of a setting are set, the first counts and the second must agree. */
    private void add(Map<String, Value> source, Setting setting, String name, String text) {
        if (text.isEmpty() && setting.byDefault().isEmpty()) {
            return;
        }
        Value value = new Value(setting, name, text, canonical(setting, name, text));
        Value first = source.putIfAbsent(setting.key(), value);
        if (first != null && !value.agreesWith(first) && !name.equals("LOG_LEVEL")) {
            mistakes.add(value.says("disagrees with " + first.source() + ", which says " + Value.quoted(first.text())
                    + "; keep one of them"));
        }
        if (setting.key().equals("backup.storage_url") && value.canonical() != null) {
            String[] parts = text.split("/", 4);
            boolean file = parts[0].equals("file:");
            String type = file ? "filesystem" : parts[0].equals("s3:") ? "s3" : "gcs";
            add(source, Setting.of("storage.type"), name, type);
            add(source, Setting.of(file ? "storage.path" : "storage.bucket"), name, file ? "/" + parts[3] : parts[2]);
            add(source, Setting.of("storage.prefix"), name, file || parts.length < 4 ? "" : parts[3]);
        }
    }

    /** Null if the value is invalid, which is added to the mistakes. */
    private String canonical(Setting setting, String name, String text) {
        try {
            return setting.canonical(text);
        } catch (InvalidValueException e) {
            mistakes.add(
                    text.isEmpty()
                            ? name + " is empty; give it a value or leave it out"
                            : new Value(setting, name, text, null).says(e.getMessage()));
            return null;
        }
    }

    private static StorageType typeOf(Map<String, Value> source, Map<String, Value> other) {
        return Stream.of(source, other)
                .flatMap(values -> Stream.ofNullable(values.get("storage.type")))
                .flatMap(value -> Stream.ofNullable(value.canonical()))
                .map(name -> StorageType.valueOf(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElse(StorageType.S3);
    }

    /** Replaces the configured Redis. Another server never gets the password of the configured one. */
    private void replaceRedis(String address) {
        Setting setting = Setting.of("redis.connection_string");
        String text = canonical(setting, "--into", address);
        if (text == null) {
            return;
        }
        RedisAddress other = RedisAddress.of(text);
        boolean login = other.user().isPresent() || other.password().isPresent();
        if (login || !other.isSameServer(typed.redis().connectionString())) {
            String others = "redis\\.(password|password_file" + (other.tls() ? ")" : "|.*_file)");
            values.keySet().removeIf(key -> key.matches(others));
            values.put(setting.key(), new Value(setting, "--into", address, text));
            map();
        }
    }

    /** Finds the region like Amazon's client. That asks the machine's metadata service last, which can take seconds. */
    private void requireRegion() {
        VaultConfig.Storage storage = typed.storage();
        if (type != StorageType.S3
                || storage.endpoint().isPresent()
                || storage.region().isPresent()) {
            return;
        }
        try {
            String region = new DefaultAwsRegionProviderChain().getRegion().id();
            add(values, Setting.of("storage.region"), "AWS_REGION", region);
            map();
        } catch (SdkClientException e) {
            mistakes.add("AWS_REGION is not set, and neither a profile nor the machine says the region of the bucket;"
                    + " set it, or S3_ENDPOINT for another server than Amazon's");
        }
    }
}
