package io.redisvault.config;

import io.quarkus.runtime.JVMUnsafeWarningsControl;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.impl.KeyStoreHelper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.List;

/** The certificate and the private key by which our port speaks TLS. */
final class TlsKeyPair {

    private TlsKeyPair() {}

    /** Whether the one is the key of the other, both read as the server will read them. */
    static boolean matches(Path cert, Path key) {
        // Of Netty's buffers JDK 25 would warn on standard error; Quarkus asks it not to, but only when it starts.
        JVMUnsafeWarningsControl.disableUnsafeRelatedWarnings();
        try {
            KeyStore pair = KeyStoreHelper.loadKeyCert(List.of(pem(key)), List.of(pem(cert)));
            String alias = pair.aliases().nextElement();
            PrivateKey secret = (PrivateKey) pair.getKey(alias, KeyStoreHelper.DUMMY_PASSWORD.toCharArray());
            return belongTogether(pair.getCertificate(alias), secret);
        } catch (Exception e) {
            // The reader has no type of its own for what it does not understand.
            return false;
        }
    }

    private static Buffer pem(Path file) throws IOException {
        return Buffer.buffer(Files.readAllBytes(file));
    }

    private static boolean belongTogether(Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        if (!certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        Signature signature =
                Signature.getInstance(key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
        byte[] text = {1, 2, 3};
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(text);
        return signature.verify(signed);
    }
}
