package io.redisvault.cli;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** What may be done with a file, by whom. */
record FileMode(Set<PosixFilePermission> permissions) {

    /** Reads three octal digits, such as {@code 640}, with or without a 0 before them. */
    static FileMode parse(String text) {
        if (!text.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("is not a file mode such as 640");
        }
        int bits = Integer.parseInt(text, 8);
        // The constants are declared from the highest bit to the lowest.
        PosixFilePermission[] all = PosixFilePermission.values();
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        Arrays.stream(all)
                .filter(permission -> (bits & 1 << all.length - 1 - permission.ordinal()) != 0)
                .forEach(permissions::add);
        return new FileMode(permissions);
    }
}
