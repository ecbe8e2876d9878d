package io.redisvault.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * A node's id, shard and slots in its cluster, read from {@code CLUSTER NODES} or {@code nodes.conf}.
 *
 * @param shard id of its shard; null if unknown, as before Redis 7.2
 * @param slots slots of its shard, for example {@code 0-5460,9000}; a long list is cut and ends with a checksum of all
 *     slots, so that equal texts mean equal slots; empty if the shard has none
 * @param fresh true if no node that it knows of has slots, as in a cluster that was never set up
 */
public record ClusterNode(String id, String shard, String slots, boolean replica, boolean fresh) {

    private static final int FLAGS = 2;
    private static final int MASTER = 3;
    private static final int FIRST_SLOTS = 8;
    private static final String SHARD = "shard-id=";
    /** Limits of {@link #slots}, in characters: object metadata has little room. */
    private static final int MAX_LENGTH = 100;

    private static final int LENGTH_WHEN_CUT = 60;

    /** Parses the rows of all nodes. Empty if no row is marked as the node itself. */
    public static Optional<ClusterNode> of(String nodes) {
        List<String[]> rows = nodes.lines()
                .map(line -> line.strip().split(" "))
                .filter(row -> row.length >= FIRST_SLOTS)
                .toList();
        return rows.stream().filter(row -> has(row, "myself")).findFirst().map(self -> {
            boolean replica = has(self, "slave");
            String shard = Stream.of(self[1].split(","))
                    .filter(field -> field.startsWith(SHARD))
                    .map(field -> field.substring(SHARD.length()))
                    .findFirst()
                    .orElse(null);
            String owner = replica ? self[MASTER] : self[0];
            return new ClusterNode(
                    self[0],
                    shard,
                    slots(rows, row -> row[0].equals(owner)),
                    replica,
                    slots(rows, row -> true).isEmpty());
        });
    }

    ClusterNode ofShard(String id) {
        return new ClusterNode(this.id, id, slots, replica, fresh);
    }

    private static boolean has(String[] row, String flag) {
        return List.of(row[FLAGS].split(",")).contains(flag);
    }

    private static String slots(List<String[]> rows, Predicate<String[]> wanted) {
        String all = rows.stream()
                .filter(wanted)
                .flatMap(row -> Arrays.stream(row).skip(FIRST_SLOTS))
                // Slots in brackets are being moved to or from another node.
                .filter(slots -> slots.matches("\\d+(-\\d+)?"))
                .collect(Collectors.joining(","));
        if (all.length() <= MAX_LENGTH) {
            return all;
        }
        CRC32 checksum = new CRC32();
        checksum.update(all.getBytes(StandardCharsets.US_ASCII));
        return "%s,... (CRC-32 of all %08x)"
                .formatted(all.substring(0, all.lastIndexOf(',', LENGTH_WHEN_CUT)), checksum.getValue());
    }
}
