package io.redisvault.restore;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Optional;
import java.util.Set;

/**
 * Options for a restore into a directory.
 *
 * @param force whether to replace an existing dump, which is kept under another name, and to write beside append-only
 *     files and a running Redis
 * @param verified whether to refuse a backup that is not a complete, valid dump
 * @param owner owner of the file; if empty, the directory's owner, if the process may set it
 * @param mode permissions of the file
 */
public record RestoreOptions(boolean force, boolean verified, Optional<Owner> owner, Set<PosixFilePermission> mode) {

    /** Owner of a file. If the group is empty, it stays as it is. */
    public record Owner(UserPrincipal user, Optional<GroupPrincipal> group) {

        /**
         * Reads {@code USER} or {@code USER:GROUP}, each a name or a number.
         *
         * @throws IllegalArgumentException if the system does not know the user or the group
         */
        public static Owner parse(String text) {
            String[] names = text.split(":", 2);
            UserPrincipalLookupService lookup = FileSystems.getDefault().getUserPrincipalLookupService();
            try {
                UserPrincipal user = lookup.lookupPrincipalByName(names[0]);
                return new Owner(
                        user,
                        names.length == 1
                                ? Optional.empty()
                                : Optional.of(lookup.lookupPrincipalByGroupName(names[1])));
            } catch (IOException e) {
                throw new IllegalArgumentException("is not USER or USER:GROUP of this system", e);
            }
        }

        static Owner of(Path directory) throws IOException {
            PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class);
            return new Owner(attributes.owner(), Optional.of(attributes.group()));
        }

        void own(PosixFileAttributeView file) throws IOException {
            file.setOwner(user);
            if (group.isPresent()) {
                file.setGroup(group.get());
            }
        }
    }
}
