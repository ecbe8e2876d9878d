package io.redisvault.redis;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a node says of itself.
 *
 * @param loading whether it is still reading its dataset from disk
 */
public record NodeState(Role role, boolean loading) {

    static NodeState parse(String info) {
        Map<String, String> fields = info.lines()
                .filter(line -> !line.startsWith("#") && line.indexOf(':') > 0)
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf(':')),
                        line -> line.substring(line.indexOf(':') + 1).strip(),
                        (first, again) -> first));
        Function<String, Role> role = word -> switch (word) {
            case "master" -> Role.MASTER;
            case "slave", "replica" -> Role.REPLICA;
            default -> Role.UNKNOWN;
        };
        return new NodeState(
                role.apply(fields.getOrDefault("role", "")),
                fields.getOrDefault("loading", "0").equals("1"));
    }
}
