package io.redisvault.redis;

/**
 * State of a node, as it tells it.
 *
 * @param loading true while it reads its dataset from disk
 * @param saveFailed true if its last save failed, so that its dump is older than it should be
 * @param replicated true if it has replicas, for which it saves
 */
public record NodeState(Role role, boolean loading, boolean saveFailed, boolean replicated) {

    /** A node that could not be asked. */
    public static final NodeState UNKNOWN = new NodeState(Role.UNKNOWN, false, false, true);

    static NodeState of(ServerInfo info) {
        Role role =
                switch (info.field("role")) {
                    case "master" -> Role.MASTER;
                    case "slave", "replica" -> Role.REPLICA;
                    default -> Role.UNKNOWN;
                };
        return new NodeState(
                role,
                info.loading(),
                info.field("rdb_last_bgsave_status").equals("err"),
                !info.field("connected_slaves").equals("0"));
    }
}
