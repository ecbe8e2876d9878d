package io.redisvault.codec;

import com.exceptionfactory.jagged.UnsupportedRecipientStanzaException;
import com.exceptionfactory.jagged.framework.format.StandardPayloadKeyReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.Cipher;

/** Decrypts an age file and checks that each chunk is authentic. Without an identity it only looks at the form. */
public final class AgeDecoder implements Codec {

    private static final byte[] VERSION = "age-encryption.org/v1\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST_LINE = "--- ".getBytes(StandardCharsets.US_ASCII);
    private static final int NONCE = 16;
    /** For hundreds of recipients. */
    private static final int LONGEST_HEADER = 64 * 1024;

    private final List<String> identities;
    private final ByteBuffer sealed = ByteBuffer.allocate(AgeChunks.SEALED);
    /** Null once it is read. */
    private ByteBuffer header = ByteBuffer.allocate(LONGEST_HEADER);

    private int lineStart;
    private int nonceLeft;
    /** Null without identities. */
    private AgeChunks chunks;

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
                    readHeader(chunk);
                } else if (sealed.hasRemaining()) {
                    Buffers.fill(sealed, chunk);
                } else {
                    // More follows, so that this is not the last.
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
            if (header != null || sealed.position() < AgeChunks.SEALED - AgeChunks.PLAIN) {
                throw new InvalidDataException("the encrypted file is cut off");
            }
            return open(true);
        });
    }

    private ByteBuffer open(boolean last) {
        if (identities.isEmpty()) {
            sealed.clear();
            return ByteBuffer.allocate(0);
        }
        try {
            return chunks.turn(sealed, last);
        } catch (GeneralSecurityException e) {
            throw new InvalidDataException("the encrypted file is damaged or cut off: a chunk of it is not authentic");
        }
    }

    private void readHeader(ByteBuffer chunk) {
        while (header != null && chunk.hasRemaining()) {
            if (!header.hasRemaining()) {
                throw damagedHeader();
            }
            byte next = chunk.get();
            int at = header.position();
            header.put(next);
            if (at < VERSION.length && next != VERSION[at]) {
                throw new InvalidDataException("it is no file of age");
            } else if (nonceLeft > 0) {
                nonceLeft--;
                if (nonceLeft == 0) {
                    findKey(header.flip());
                    header = null;
                }
            } else if (next == '\n') {
                boolean last = at - lineStart >= LAST_LINE.length && startsLikeTheLast(lineStart);
                nonceLeft = last ? NONCE : 0;
                lineStart = at + 1;
            }
        }
    }

    private boolean startsLikeTheLast(int line) {
        return header.slice(line, LAST_LINE.length).equals(ByteBuffer.wrap(LAST_LINE));
    }

    private void findKey(ByteBuffer whole) {
        if (identities.isEmpty()) {
            return;
        }
        for (String identity : identities) {
            try {
                chunks = new AgeChunks(
                        Cipher.DECRYPT_MODE,
                        new StandardPayloadKeyReader()
                                .getPayloadKey(whole.duplicate(), List.of(AgeKeys.reader(identity))));
                return;
            } catch (UnsupportedRecipientStanzaException other) {
                // The next one may open it.
            } catch (GeneralSecurityException | IOException | RuntimeException damaged) {
                throw damagedHeader();
            }
        }
        throw new WrongIdentityException();
    }

    private static InvalidDataException damagedHeader() {
        return new InvalidDataException("the header of the encrypted file is damaged");
    }
}
