package io.redisvault.rdb;

import java.io.IOException;

/** What a part of a dump consists of, as far as one has to know it to find its end. */
@FunctionalInterface
interface Shape {

    /** No part of a value expires. */
    long NEVER = Long.MAX_VALUE;

    Shape NOTHING = in -> NEVER;

    Shape STRING = in -> {
        in.skipString();
        return NEVER;
    };

    Shape LENGTH = in -> {
        in.nextLength();
        return NEVER;
    };

    /** When a field of a hash, or the first of its fields, expires; negative for never. */
    Shape EXPIRY = in -> {
        long time = in.nextLong();
        return time < 0 ? NEVER : time;
    };

    /** Stands for fields that expire at a time that this program does not look for: it may be long ago. */
    Shape SOME_EXPIRY = in -> Long.MIN_VALUE;

    /**
     * Goes to the end of the part.
     *
     * @return the time when the first of its fields expires, in milliseconds since 1970, or {@link #NEVER}
     */
    long skip(RdbInput in) throws IOException;

    static Shape bytes(int count) {
        return in -> {
            in.skip(count);
            return NEVER;
        };
    }

    /** One after the other. */
    static Shape all(Shape... parts) {
        return in -> {
            long expiry = NEVER;
            for (Shape part : parts) {
                expiry = Math.min(expiry, part.skip(in));
            }
            return expiry;
        };
    }

    /** A length, and as many times all the parts. Every round has to take a byte at least. */
    static Shape each(Shape... parts) {
        return counted(NOTHING, parts);
    }

    /** {@link #each} with something else between the length and the first round. */
    static Shape counted(Shape head, Shape... parts) {
        Shape round = all(parts);
        return in -> {
            long start = in.offset();
            long rounds = in.nextLength();
            long expiry = head.skip(in);
            if (rounds < 0 || rounds > in.remaining()) {
                throw new InvalidDumpException("the %s elements counted at offset %d cannot be in the %d bytes behind"
                        .formatted(Long.toUnsignedString(rounds), start, in.remaining()));
            }
            for (long n = 0; n < rounds; n++) {
                expiry = Math.min(expiry, round.skip(in));
            }
            return expiry;
        };
    }

    /** A length that says which of the shapes comes next. */
    static Shape oneOf(String what, Shape... shapes) {
        return in -> chosen(what, shapes, in).skip(in);
    }

    /** Any number of {@link #oneOf}, up to the one that is {@link #NOTHING}. */
    static Shape untilNothing(String what, Shape... shapes) {
        return in -> {
            for (Shape shape = chosen(what, shapes, in); shape != NOTHING; shape = chosen(what, shapes, in)) {
                shape.skip(in);
            }
            return NEVER;
        };
    }

    private static Shape chosen(String what, Shape[] shapes, RdbInput in) throws IOException {
        long start = in.offset();
        long kind = in.nextLength();
        if (kind < 0 || kind >= shapes.length) {
            throw new UnknownFormatException(what, kind, start);
        }
        return shapes[(int) kind];
    }
}
