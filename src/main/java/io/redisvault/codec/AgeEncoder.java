package io.redisvault.codec;

import com.exceptionfactory.jagged.framework.format.StandardPayloadKeyWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.Cipher;

/** Encrypts a stream as an age file that each of the recipients can decrypt. */
public final class AgeEncoder implements Codec {

    private static final int BYTES_FOR_RECIPIENT = 256;

    private final ByteBuffer plain = ByteBuffer.allocate(AgeChunks.PLAIN);
    private final AgeChunks chunks;
    /** Null when it was handed out. */
    private ByteBuffer header;

    private boolean over;

    /** @param recipients at least one; see {@link AgeKeys} */
    public AgeEncoder(List<String> recipients) {
        header = ByteBuffer.allocate(BYTES_FOR_RECIPIENT * (1 + recipients.size()));
        try {
            chunks = new AgeChunks(
                    Cipher.ENCRYPT_MODE,
                    new StandardPayloadKeyWriter()
                            .writeFileHeader(
                                    header,
                                    recipients.stream().map(AgeKeys::writer).toList()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Iterable<ByteBuffer> next(ByteBuffer chunk) {
        return Codec.pieces(() -> {
            if (header != null) {
                return takeHeader();
            }
            while (chunk.hasRemaining()) {
                if (!plain.hasRemaining()) {
                    // More bytes follow, so this is not the last chunk.
                    return seal(false);
                }
                Codec.fill(plain, chunk);
            }
            return null;
        });
    }

    @Override
    public Iterable<ByteBuffer> end() {
        return Codec.pieces(() -> {
            if (header != null) {
                return takeHeader();
            }
            return over ? null : seal(over = true);
        });
    }

    private ByteBuffer takeHeader() {
        ByteBuffer taken = header.flip();
        header = null;
        return taken;
    }

    private ByteBuffer seal(boolean last) {
        try {
            return chunks.turn(plain, last);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
