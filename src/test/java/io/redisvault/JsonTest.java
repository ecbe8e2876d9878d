package io.redisvault;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {

    private record Leaf(String text, Double number) {}

    private record Tree(String name, Instant at, long bytes, boolean right, Leaf leaf, List<Leaf> leaves, String none) {

        /** No component, so no member. */
        public boolean isTall() {
            return true;
        }
    }

    @Test
    void componentsAreMembersInTheirOrderUnlessTheyAreNull() {
        Tree tree = new Tree(
                "a\"ü\n",
                Instant.parse("2024-12-01T14:30:22Z"),
                1L << 40,
                true,
                new Leaf("l", null),
                List.of(new Leaf("m", 1.5), new Leaf("n", null)),
                null);
        assertThat(Json.of(tree))
                .isEqualTo(
                        "{\"name\":\"a\\\"ü\\n\",\"at\":\"2024-12-01T14:30:22Z\",\"bytes\":1099511627776,\"right\":true,"
                                + "\"leaf\":{\"text\":\"l\"},\"leaves\":[{\"text\":\"m\",\"number\":1.5},{\"text\":\"n\"}]}");
    }

    @Test
    void listsAreArrays() {
        assertThat(Json.of(List.of(new Leaf("l", null)))).isEqualTo("[{\"text\":\"l\"}]");
        assertThat(Json.of(List.of())).isEqualTo("[]");
    }
}
