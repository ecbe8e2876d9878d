package io.redisvault.redis;

/**
 * What a node says of itself.
 *
 * @param loading whether it is still reading its dataset from disk
 */
public record NodeState(Role role, boolean loading) {

    static NodeState parse(String text) {
        ServerInfo info = ServerInfo.parse(text);
        Role role =
                switch (info.field("role")) {
                    case "master" -> Role.MASTER;
                    case "slave", "replica" -> Role.REPLICA;
                    default -> Role.UNKNOWN;
                };
        return new NodeState(role, info.loading());
    }
}
