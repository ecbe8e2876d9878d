package io.redisvault.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.codec.AgeKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys of age: what is taken, and the exact line for what is not. */
class AgeKeysSettingsTest {

    private static final AgeKeys.Pair ONE = AgeKeys.generate();
    private static final AgeKeys.Pair TWO = AgeKeys.generate();

    @TempDir
    private Path directory;

    @Test
    void theRecipientsOfBothSettingsCount() throws IOException {
        Path file = write("rw-r--r--", "# backups\n\n " + TWO.recipient() + " \r\n" + ONE.recipient());
        Settings settings = Reading.environment(
                "BACKUP_AGE_RECIPIENTS=" + ONE.recipient() + " , " + ONE.recipient(),
                "BACKUP_AGE_RECIPIENTS_FILE=" + file);

        assertThat(settings.mistakes()).isEmpty();
        assertThat(settings.typed().backup().ageRecipients().orElseThrow())
                .containsExactlyInAnyOrder(ONE.recipient(), TWO.recipient());
        assertThat(Reading.environment().typed().backup().ageRecipients()).isEmpty();
    }

    @Test
    void anIdentityIsReadAsItIsPrinted() throws IOException {
        Path file = write("r--r-----", "# public key: " + ONE.recipient() + "\n" + ONE.identity() + "\n");
        Settings settings = Reading.environment("RESTORE_AGE_IDENTITY_FILE=" + file);

        assertThat(settings.mistakes()).isEmpty();
        assertThat(settings.typed().restore().ageIdentity()).contains(List.of(ONE.identity()));
    }

    @Test
    void whatIsNoKeyIsOneLineWithoutAnySecret() throws IOException {
        assertMistake(
                "BACKUP_AGE_RECIPIENTS=" + ONE.recipient() + ",age1short",
                "BACKUP_AGE_RECIPIENTS: '" + ONE.recipient()
                        + ",age1short' holds a wrong key: number 2 is no recipient of age, which is age1 and 58 more"
                        + " characters");
        assertMistake(
                "BACKUP_AGE_RECIPIENTS=" + ONE.identity(),
                "BACKUP_AGE_RECIPIENTS holds a wrong key: number 1 is no recipient of age, which is age1 and 58 more characters");
        assertMistake(
                "BACKUP_AGE_RECIPIENTS=" + ONE.recipient() + ",#",
                "BACKUP_AGE_RECIPIENTS: '" + ONE.recipient()
                        + ",#' holds a wrong key: number 2 is no recipient of age, which is age1 and 58 more characters");
        assertMistake(
                "RESTORE_AGE_IDENTITY_FILE=" + ONE.identity(),
                "RESTORE_AGE_IDENTITY_FILE is not a file that can be read");
        Path secret = write("rw-------", ONE.identity() + "\n" + ONE.recipient());
        assertMistake(
                "RESTORE_AGE_IDENTITY_FILE=" + secret,
                "RESTORE_AGE_IDENTITY_FILE: '" + secret
                        + "' holds a wrong key: number 2 is no identity of age, which is"
                        + " AGE-SECRET-KEY-1 and 58 more characters");
        assertMistake(
                "BACKUP_AGE_RECIPIENTS_FILE=" + secret,
                "BACKUP_AGE_RECIPIENTS_FILE: '" + secret
                        + "' holds a wrong key: number 1 is no recipient of age, which"
                        + " is age1 and 58 more characters");
        Path empty = write("rw-------", "# nothing\n");
        assertMistake("RESTORE_AGE_IDENTITY_FILE=" + empty, "RESTORE_AGE_IDENTITY_FILE: '" + empty + "' holds no key");
    }

    @Test
    void anIdentityThatOthersMayReadIsRefused() throws IOException {
        Path file = write("rw-r--r--", ONE.identity());
        assertMistake(
                "RESTORE_AGE_IDENTITY_FILE=" + file,
                "RESTORE_AGE_IDENTITY_FILE: '" + file + "' may be read by others; chmod 600 it, in Kubernetes with"
                        + " defaultMode: 0440");
    }

    /** As Kubernetes mounts a Secret: files behind two symbolic links, whose own mode says nothing. */
    @ParameterizedTest
    @CsvSource({"r--------, true", "r--r-----, true", "rw-r-----, true", "rw-r--r--, false", "-w----r--, false"})
    void ofAMountedSecretTheModeOfTheFileCounts(String mode, boolean taken) throws IOException {
        Path versioned = Files.createDirectory(directory.resolve("..2026_11_29"));
        Files.move(write(mode, ONE.identity() + "\n"), versioned.resolve("key.txt"));
        Files.createSymbolicLink(directory.resolve("..data"), versioned.getFileName());
        Path mounted = Files.createSymbolicLink(directory.resolve("key.txt"), Path.of("..data/key.txt"));

        List<String> mistakes =
                Reading.environment("RESTORE_AGE_IDENTITY_FILE=" + mounted).mistakes();

        assertThat(mistakes.isEmpty()).isEqualTo(taken);
        assertThat(mistakes).allMatch(line -> line.contains("in Kubernetes with defaultMode: 0440"));
    }

    @Test
    void severalIdentitiesAreReadWhateverEndsTheirLines() throws IOException {
        Path file = write(
                "rw-------",
                "# created: today\r\n# public key: " + ONE.recipient() + "\r\n" + ONE.identity() + "\r\n\r\n  "
                        + TWO.identity() + "\t\n");
        Settings settings = Reading.environment("RESTORE_AGE_IDENTITY_FILE=" + file);

        assertThat(settings.mistakes()).isEmpty();
        assertThat(settings.typed().restore().ageIdentity()).contains(List.of(ONE.identity(), TWO.identity()));
    }

    private static void assertMistake(String assignment, String line) {
        assertThat(Reading.environment(assignment).mistakes()).containsExactly(line);
    }

    private Path write(String mode, String text) throws IOException {
        Path file = Files.createTempFile(directory, "keys", ".txt");
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
