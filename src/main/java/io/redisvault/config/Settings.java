package io.redisvault.config;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/** The values of environment, {@code config.yaml} and defaults, in this order, or all mistakes in them. */
public final class Settings {

    static final String LOCALE_RULE = "has characters that the locale cannot express; set LC_ALL=C.UTF-8";

    /** Settings that {@link #check} found right: Quarkus takes the same, even if the file changed in between. */
    private static volatile Settings checked;

    private final List<String> mistakes = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, Value> values = new TreeMap<>();
    private final Set<String> wrongKeys = new HashSet<>();
    private List<String> sources;
    private VaultConfig typed;

    private Settings() {}

    /**
     * Checks the settings of this process before anything starts, and keeps them for what starts.
     *
     * @param configFile as named on the command line; {@code config.yaml}, if there is one, when empty
     * @param into address of a server that takes the place of the configured Redis, as the option {@code --into} gives it
     * @return one line for each mistake, without any secret; empty if all is well
     */
    public static List<String> check(Optional<Path> configFile, Optional<String> into) {
        // A system property of a variable's name takes its place.
        checked = read(environment(System::getProperty), configFile, into);
        if (checked.mistakes.isEmpty()) {
            checked.requireRegion();
        }
        return checked.mistakes;
    }

    /** The settings of the HTTP port alone; mistakes in others do not matter. */
    public static VaultConfig.Http http(Optional<Path> configFile) {
        return read(environment(System::getProperty), configFile, Optional.empty())
                .typed()
                .http();
    }

    /** The variables of this process, or what takes the place of one of ours. */
    static Map<String, String> environment(Function<String, String> instead) {
        Map<String, String> variables = new HashMap<>(System.getenv());
        for (String name : Setting.VARIABLES) {
            Optional.ofNullable(instead.apply(name)).ifPresent(value -> variables.put(name, value));
        }
        return variables;
    }

    /** The settings that were checked; empty where Quarkus starts by itself, as in its tests. */
    public static Optional<Settings> checked() {
        return Optional.ofNullable(checked);
    }

    /** Checks a node's name as the setting is checked; throws {@link IllegalArgumentException} with what is wrong. */
    public static String nodeName(String text) {
        return canonical(ValueFormat.NODE_NAME, text);
    }

    static Settings read(Map<String, String> environment, Optional<Path> configFile, Optional<String> into) {
        Settings settings = new Settings();
        settings.take(ForeignVariables.withoutServices(environment), settings.readFile(configFile), into);
        return settings;
    }

    List<String> mistakes() {
        return mistakes;
    }

    /** One line for each thing that has no effect, or perhaps another one than was meant. */
    public List<String> warnings() {
        return warnings;
    }

    /** The file and the variables that the values are of, without defaults. */
    public List<String> sources() {
        return sources;
    }

    Value value(String key) {
        return values.get(key);
    }

    /** The settings as the typed interface shows them; those with a mistake are at their defaults. */
    VaultConfig typed() {
        return typed;
    }

    /**
     * The values behind {@link VaultConfig} by property name. A setting without a value is there too, empty: else
     * Quarkus would take it from a variable such as VAULT_STORAGE_REGION.
     */
    Map<String, String> properties() {
        Map<String, String> properties = new TreeMap<>();
        Setting.ALL.forEach(setting -> properties.put("vault." + setting.key(), ""));
        values.forEach((key, value) -> properties.put("vault." + key, value.canonical()));
        // These stand for others, or for nothing.
        properties.keySet().removeAll(Set.of("vault.backup.storage_url", "vault.storage.checksums"));
        return properties;
    }

    private Map<String, Value> readFile(Optional<Path> configFile) {
        Path path = configFile.orElse(Path.of("config.yaml"));
        String name = Value.onOneLine(path.toString()) + ": ";
        Map<String, String> texts = YamlFile.read(path, configFile.isEmpty(), mistake -> mistakes.add(name + mistake));
        Map<String, Value> file = new HashMap<>();
        read(texts, name, setting -> setting.keys().stream(), file);
        return file;
    }

    private void take(Map<String, String> variables, Map<String, Value> file, Optional<String> into) {
        ForeignVariables.report(variables, mistakes, warnings);
        Map<String, Value> environment = new HashMap<>();
        read(variables, "", setting -> setting.variables(Optional.empty()), environment);
        StorageType type = typeOf(environment).or(() -> typeOf(file)).orElse(StorageType.S3);
        read(variables, "", setting -> setting.variables(Optional.of(type)), environment);
        for (Map<String, Value> source : List.of(file, environment)) {
            if (source.containsKey("backup.cron") && source.containsKey("backup.interval")) {
                mistakes.add(source.get("backup.cron").source() + " and "
                        + source.get("backup.interval").source() + " are both set; keep one");
            }
        }
        if (typeOf(file).orElse(type) != type) {
            file.keySet().removeIf(key -> key.startsWith("storage."));
        }
        if (environment.containsKey("backup.interval")) {
            file.remove("backup.cron");
        }
        values.putAll(file);
        values.putAll(environment);
        ForeignVariables.taken(variables, type).forEach(this::takeUnlessSet);
        if (values.containsKey("storage.checksums")) {
            warnings.add(values.get("storage.checksums").source() + " has no effect any more; leave it out");
        }
        sources = values.values().stream()
                .map(value -> value.source().replaceFirst(": .*", ""))
                .distinct()
                .sorted()
                .toList();
        completeFor(type);
        into.ifPresent(this::replaceRedis);
        typed = mapped();
        new SettingsValidator(typed, values, mistakes, warnings).validate();
        requireProxy(type, variables);
    }

    /** Another server than the configured one is not told the password of that. */
    private void replaceRedis(String address) {
        Setting setting = Setting.of("redis.connection_string");
        Map<String, Value> replacing = new HashMap<>();
        add(replacing, setting, "--into", address);
        if (replacing.isEmpty()) {
            return;
        }
        RedisAddress other = RedisAddress.of(address);
        boolean login = other.user().isPresent() || other.password().isPresent();
        if (!login
                && other.isSameServer(RedisAddress.of(values.get(setting.key()).text()))) {
            return;
        }
        values.keySet().removeAll(Set.of("redis.password", "redis.password_file"));
        if (!other.tls()) {
            values.keySet().removeAll(Set.of("redis.ca_file", "redis.client_cert_file", "redis.client_key_file"));
        }
        values.putAll(replacing);
    }

    private void requireProxy(StorageType type, Map<String, String> variables) {
        Stream<URI> storage = type == StorageType.FILESYSTEM
                ? Stream.empty()
                : Stream.of(typed.storage().endpoint().orElse(URI.create("https://storage.invalid")));
        try {
            Stream.concat(storage, typed.backup().heartbeatUrl().stream())
                    .forEach(server -> HttpProxy.of(server, variables));
        } catch (IllegalArgumentException e) {
            mistakes.add(e.getMessage());
        }
    }

    private VaultConfig mapped() {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties(), "settings", 100))
                .withMapping(VaultConfig.class)
                .build()
                .getConfigMapping(VaultConfig.class);
    }

    /** Reads what one source has under the names that it knows settings by. */
    private void read(
            Map<String, String> texts,
            String source,
            Function<Setting, Stream<String>> names,
            Map<String, Value> read) {
        for (Setting setting : Setting.ALL) {
            names.apply(setting)
                    .filter(texts::containsKey)
                    .forEach(name -> add(read, setting, source + name, texts.get(name)));
        }
    }

    private void takeUnlessSet(String variable, String text) {
        Setting setting = ForeignVariables.settingOf(variable);
        Value set = values.get(setting.key());
        if (set == null) {
            add(values, setting, variable, text);
        } else if (!set.text().endsWith(text.replace("redis://", ""))) {
            warnings.add(variable + " has no effect, since " + set.source() + " is set");
        }
    }

    /** Adds a value to those of one source. Of two names for one setting, the first counts and the second must agree. */
    private void add(Map<String, Value> source, Setting setting, String name, String text) {
        if (text.isEmpty() && setting.mayBeEmpty()) {
            return;
        }
        try {
            Value value = new Value(setting, name, text, canonical(setting.format(), text));
            Value first = source.putIfAbsent(setting.key(), value);
            if (first != null && !first.canonical().equals(value.canonical()) && !name.equals("LOG_LEVEL")) {
                mistakes.add(value.says("disagrees with " + first.source() + ", which says "
                        + Value.quoted(first.text()) + "; keep one of them"));
            }
            if (setting.key().equals("backup.storage_url")) {
                StorageUrl.parts(text).forEach((key, part) -> add(source, Setting.of(key), name, part));
            }
        } catch (InvalidValueException e) {
            wrongKeys.add(setting.key());
            mistakes.add(
                    text.isEmpty()
                            ? name + " is empty; give it a value or leave it out"
                            : new Value(setting, name, text, "").says(e.getMessage()));
        }
    }

    /** Java reads bytes that are none of the locale's as U+FFFD, so that different names would become the same. */
    private static String canonical(ValueFormat format, String text) {
        if (text.indexOf('\uFFFD') >= 0) {
            throw new InvalidValueException(LOCALE_RULE);
        }
        return format.canonical(text);
    }

    private static Optional<StorageType> typeOf(Map<String, Value> source) {
        return Optional.ofNullable(source.get("storage.type"))
                .map(value -> StorageType.valueOf(value.canonical().toUpperCase(Locale.ROOT)));
    }

    private void completeFor(StorageType type) {
        for (Setting setting : Setting.ALL) {
            setting.defaultValue(type)
                    .filter(text -> !values.containsKey(setting.key()))
                    .ifPresent(text -> add(values, setting, setting.variableFor(type), text));
        }
        boolean directory = type == StorageType.FILESYSTEM;
        String place = directory ? "storage.path" : "storage.bucket";
        values.remove(directory ? "storage.bucket" : "storage.path");
        if (!values.containsKey(place) && !wrongKeys.contains(place) && !wrongKeys.contains("backup.storage_url")) {
            mistakes.add(Setting.of(place).variableFor(type) + " is not set; the storage type "
                    + type.name().toLowerCase(Locale.ROOT) + " needs it");
        }
    }

    /** Looks for a region as Amazon's client would, which asks the metadata of the machine last and can take seconds. */
    private void requireRegion() {
        VaultConfig.Storage storage = typed.storage();
        if (storage.type() != StorageType.S3
                || storage.endpoint().isPresent()
                || storage.region().isPresent()) {
            return;
        }
        try {
            String region = new DefaultAwsRegionProviderChain().getRegion().id();
            add(values, Setting.of("storage.region"), "AWS_REGION", region);
            typed = mapped();
        } catch (SdkClientException e) {
            mistakes.add("AWS_REGION is not set, and neither a profile nor the machine says the region of the bucket;"
                    + " set it, or S3_ENDPOINT for another server than Amazon's");
        }
    }
}
