package io.redisvault.codec;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/** Encrypts or decrypts the chunks of an age file in order. A nonce holds the chunk's number and whether it is the last. */
final class AgeChunks {

    static final int TAG = 16;
    static final int PLAIN = 64 * 1024;
    static final int SEALED = PLAIN + TAG;

    private static final int NONCE = 12;

    private final int mode;
    private final Key key;
    private final Cipher cipher;
    private long number;

    /** @param mode {@link Cipher#ENCRYPT_MODE} or {@link Cipher#DECRYPT_MODE} */
    AgeChunks(int mode, Key key) {
        this.mode = mode;
        this.key = key;
        try {
            this.cipher = Cipher.getInstance("ChaCha20-Poly1305");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Encrypts or decrypts the bytes before the buffer's position, and clears the buffer. */
    ByteBuffer turn(ByteBuffer chunk, boolean last) throws GeneralSecurityException {
        ByteBuffer nonce = ByteBuffer.allocate(NONCE).putLong(NONCE - 1 - Long.BYTES, number);
        nonce.put(NONCE - 1, (byte) (last ? 1 : 0));
        number++;
        cipher.init(mode, key, new IvParameterSpec(nonce.array()));
        ByteBuffer turned = ByteBuffer.wrap(cipher.doFinal(chunk.array(), 0, chunk.position()));
        chunk.clear();
        return turned;
    }
}
