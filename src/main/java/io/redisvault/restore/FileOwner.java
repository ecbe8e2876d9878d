package io.redisvault.restore;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Optional;

/** User, and perhaps group, that a file belongs to. */
public record FileOwner(UserPrincipal user, Optional<GroupPrincipal> group) {

    /**
     * Reads {@code USER} or {@code USER:GROUP}, each a name or a number.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static FileOwner parse(String text) {
        String[] names = text.split(":", 2);
        UserPrincipalLookupService lookup = FileSystems.getDefault().getUserPrincipalLookupService();
        try {
            return new FileOwner(
                    lookup.lookupPrincipalByName(names[0]),
                    names.length == 1 ? Optional.empty() : Optional.of(lookup.lookupPrincipalByGroupName(names[1])));
        } catch (IOException e) {
            throw new IllegalArgumentException("is not USER or USER:GROUP of this system", e);
        }
    }

    static FileOwner of(Path directory) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class);
        return new FileOwner(attributes.owner(), Optional.of(attributes.group()));
    }

    void own(PosixFileAttributeView file) throws IOException {
        file.setOwner(user);
        if (group.isPresent()) {
            file.setGroup(group.get());
        }
    }
}
