package io.redisvault.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which texts are keys of age. */
class AgeKeysTest {

    private static final AgeKeys.Pair KEYS = AgeKeys.generate();
    /** The point of order one: whoever encrypts for it encrypts for everybody. */
    private static final String ZERO = "age1" + "q".repeat(52) + "5cu47z";

    static Stream<String> noRecipients() {
        String good = KEYS.recipient();
        return Stream.of(
                "",
                "age1",
                good.toUpperCase(Locale.ROOT),
                "A" + good.substring(1),
                good.substring(0, 61) + (good.charAt(61) == 'q' ? 'p' : 'q'),
                good.substring(0, 61),
                good + "q",
                good.replaceFirst("age1", "agf1"),
                good.replaceFirst("age1", "age2"),
                " " + good,
                KEYS.identity(),
                "age1yubikey1q" + good.substring(5),
                "age1pq1" + "q".repeat(1900),
                "age1tag1q" + good.substring(5),
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                ZERO);
    }

    @ParameterizedTest
    @MethodSource("noRecipients")
    void otherThingsAreNoRecipients(String text) {
        assertThatThrownBy(() -> AgeKeys.requireRecipient(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("is no recipient of age");
    }

    static Stream<String> noIdentities() {
        String good = KEYS.identity();
        return Stream.of(
                "",
                good.toLowerCase(Locale.ROOT),
                good.substring(0, 73),
                good.substring(0, 73) + (good.charAt(73) == 'Q' ? 'P' : 'Q'),
                good + "Q",
                good.replaceFirst("AGE", "AGF"),
                KEYS.recipient(),
                "AGE-PLUGIN-YUBIKEY-1" + good.substring(16),
                "AGE-SECRET-KEY-PQ-1" + good.substring(16),
                "-----BEGIN OPENSSH PRIVATE KEY-----");
    }

    @ParameterizedTest
    @MethodSource("noIdentities")
    void otherThingsAreNoIdentities(String text) {
        assertThatThrownBy(() -> AgeKeys.requireIdentity(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("is no identity of age")
                .message()
                .doesNotContain(KEYS.identity());
    }

    @Test
    void aNewPairIsTaken() {
        assertThat(KEYS.recipient()).hasSize(62);
        assertThat(KEYS.identity()).hasSize(74);
        assertThatCode(() -> AgeKeys.requireRecipient(KEYS.recipient())).doesNotThrowAnyException();
        assertThatCode(() -> AgeKeys.requireIdentity(KEYS.identity())).doesNotThrowAnyException();
    }
}
