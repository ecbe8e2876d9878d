package io.redisvault.codec;

import com.exceptionfactory.jagged.FileKey;
import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.security.GeneralSecurityException;
import java.security.KeyPair;

/** Makes and reads age keys. A recipient, {@code age1…}, is public; an identity, {@code AGE-SECRET-KEY-1…}, decrypts. */
public final class AgeKeys {

    /** A recipient and its identity, as text. */
    public record Pair(String recipient, String identity) {}

    private AgeKeys() {}

    public static Pair generate() {
        try {
            KeyPair keys = new X25519KeyPairGenerator().generateKeyPair();
            return new Pair(keys.getPublic().toString(), keys.getPrivate().toString());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Throws {@link IllegalArgumentException} if the text is no recipient; the message does not contain the text. */
    public static void requireRecipient(String text) {
        try {
            // Some points of the curve are unsafe keys; they are only refused when they are used.
            writer(text).getRecipientStanzas(new FileKey());
        } catch (GeneralSecurityException weak) {
            throw noRecipient(weak);
        }
    }

    /** Throws {@link IllegalArgumentException} if the text is no identity; the message does not contain the text. */
    public static void requireIdentity(String text) {
        reader(text);
    }

    static RecipientStanzaWriter writer(String recipient) {
        try {
            return X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw noRecipient(e);
        }
    }

    private static IllegalArgumentException noRecipient(Exception why) {
        return new IllegalArgumentException("is no recipient of age, which is age1 and 58 more characters", why);
    }

    static RecipientStanzaReader reader(String identity) {
        try {
            return X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(identity);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "is no identity of age, which is AGE-SECRET-KEY-1 and 58 more characters", e);
        }
    }
}
