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
 * A node's place in its cluster, from {@code CLUSTER NODES} or {@code nodes.conf}.
 *
 * @param id of the node
 * @param shard id of its shard; null where it is not said, as before Redis 7.2
 * @param slots of its shard, such as {@code 0-5460,9000}; of very many only the first, with a checksum of all, so that equal
 *     texts still mean equal slots; empty if it has none
 * @param replica true if it is a replica there
 * @param fresh true if it knows of nobody who has slots
 */
public record ClusterNode(String id, String shard, String slots, boolean replica, boolean fresh) {

    private static final int FLAGS = 2;
    private static final int MASTER = 3;
    private static final int FIRST_SLOTS = 8;
    private static final String SHARD = "shard-id=";
    /** Metadata of objects have little room. */
    private static final int LONGEST = 100;

    private static final int SHORTENED = 60;

    /** Reads the rows of all nodes; empty if none of them is marked as the node itself. */
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
                // Those in brackets are on their way.
                .filter(slots -> slots.matches("\\d+(-\\d+)?"))
                .collect(Collectors.joining(","));
        if (all.length() <= LONGEST) {
            return all;
        }
        CRC32 checksum = new CRC32();
        checksum.update(all.getBytes(StandardCharsets.US_ASCII));
        return "%s,... (CRC-32 of all %08x)"
                .formatted(all.substring(0, all.lastIndexOf(',', SHORTENED)), checksum.getValue());
    }
}
