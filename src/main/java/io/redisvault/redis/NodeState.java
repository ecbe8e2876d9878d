package io.redisvault.redis;

import java.util.Map;

/**
 * State of a node, as it tells it.
 *
 * @param loading true while it reads its dataset from disk
 * @param saveFailed true if its last save failed, so that its dump is older than it should be
 * @param replicated true if it has replicas, for which it saves
 * @param info all that it said of itself
 */
public record NodeState(Role role, boolean loading, boolean saveFailed, boolean replicated, ServerInfo info) {

    /** A node that could not be asked. */
    public static final NodeState UNKNOWN = unreachable(Role.UNKNOWN);

    /** A node that could not be asked, and had this role before. */
    public static NodeState unreachable(Role role) {
        return new NodeState(role, false, false, true, new ServerInfo(Map.of()));
    }

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
                !info.field("connected_slaves").equals("0"),
                info);
    }
}
