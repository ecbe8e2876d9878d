package io.redisvault.codec;

import com.exceptionfactory.jagged.UnsupportedRecipientStanzaException;
import com.exceptionfactory.jagged.framework.format.StandardPayloadKeyReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.Cipher;

/** Decrypts an age file and checks that each chunk is authentic. Without an identity it only checks the format. */
public final class AgeDecoder implements Codec {

    /** None of the identities opens the file. */
    public static final class WrongIdentityException extends RuntimeException {

        WrongIdentityException() {
            super("it is encrypted for others");
        }
    }

    private static final String VERSION = "age-encryption.org/v1";
    /** A line of the header: the version, a recipient's arguments, a part of its body, or the MAC at the end. */
    private static final Pattern LINE =
            Pattern.compile(Pattern.quote(VERSION) + "|-> [!-~][ -~]*|[A-Za-z0-9+/]{0,64}|--- [A-Za-z0-9+/]{43}");

    private static final String LAST_LINE = "--- ";
    private static final int NONCE = 16;
    /** Room for more recipients than settings can hold. */
    private static final int LONGEST_HEADER = 512 * 1024;

    private final List<String> identities;
    private final ByteBuffer sealed = ByteBuffer.allocate(AgeChunks.SEALED);
    /** Null when all of it was read. */
    private ByteArrayOutputStream header = new ByteArrayOutputStream();

    private final StringBuilder line = new StringBuilder();
    /** Position where the header's nonce ends; 0 until the last line was read. */
    private int headerEnd;
    /** Null without identities. */
    private AgeChunks chunks;

    private boolean first = true;
    private boolean over;

    /** @param identities see {@link AgeKeys}; iterating throws {@link WrongIdentityException} if none opens the file */
    public AgeDecoder(List<String> identities) {
        this.identities = identities;
    }

    @Override
    public Iterable<ByteBuffer> next(ByteBuffer chunk) {
        return Codec.pieces(() -> {
            while (chunk.hasRemaining()) {
                if (header != null) {
                    readHeader(chunk.get());
                } else if (sealed.hasRemaining()) {
                    Codec.fill(sealed, chunk);
                } else {
                    // More bytes follow, so this is not the last chunk.
                    return open(false);
                }
            }
            return null;
        });
    }

    @Override
    public Iterable<ByteBuffer> end() {
        return Codec.pieces(() -> {
            if (over) {
                return null;
            }
            over = true;
            if (header != null || sealed.position() < AgeChunks.TAG) {
                throw new InvalidDataException("the encrypted file is cut off");
            }
            if (sealed.position() == AgeChunks.TAG && !first) {
                throw new InvalidDataException("the encrypted file is damaged: its last chunk is empty");
            }
            return open(true);
        });
    }

    private ByteBuffer open(boolean last) {
        first = false;
        if (chunks == null) {
            sealed.clear();
            return ByteBuffer.allocate(0);
        }
        try {
            return chunks.turn(sealed, last);
        } catch (GeneralSecurityException e) {
            throw new InvalidDataException("the encrypted file is damaged or cut off: a chunk of it is not authentic");
        }
    }

    private void readHeader(byte next) {
        int at = header.size();
        if (at < VERSION.length() && next != VERSION.charAt(at)) {
            throw new InvalidDataException("it is no file of age");
        }
        requireHeader(at < LONGEST_HEADER);
        header.write(next);
        if (headerEnd == 0 && next == '\n') {
            requireHeader(LINE.matcher(line).matches());
            headerEnd = line.indexOf(LAST_LINE) == 0 ? header.size() + NONCE : 0;
            line.setLength(0);
        } else if (headerEnd == 0) {
            line.append((char) next);
        } else if (header.size() == headerEnd) {
            chunks = identities.isEmpty()
                    ? null
                    : new AgeChunks(Cipher.DECRYPT_MODE, key(ByteBuffer.wrap(header.toByteArray())));
            header = null;
        }
    }

    private Key key(ByteBuffer whole) {
        for (String identity : identities) {
            try {
                return new StandardPayloadKeyReader()
                        .getPayloadKey(whole.duplicate(), List.of(AgeKeys.reader(identity)));
            } catch (UnsupportedRecipientStanzaException other) {
                // The next one may open it.
            } catch (GeneralSecurityException | IOException | RuntimeException damaged) {
                requireHeader(false);
            }
        }
        throw new WrongIdentityException();
    }

    private static void requireHeader(boolean right) {
        if (!right) {
            throw new InvalidDataException("the header of the encrypted file is damaged");
        }
    }
}
