package io.redisvault.config;

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
import java.util.Optional;

/** The certificate and the private key by which our port speaks TLS. */
final class TlsKeyPair {

    private TlsKeyPair() {}

    /** What is wrong with the key, if anything is; read as the server will read it. */
    static Optional<String> mistake(Path cert, Path key) {
        try {
            KeyStore pair = KeyStoreHelper.loadKeyCert(List.of(pem(key)), List.of(pem(cert)));
            String alias = pair.aliases().nextElement();
            PrivateKey secret = (PrivateKey) pair.getKey(alias, KeyStoreHelper.DUMMY_PASSWORD.toCharArray());
            return belongTogether(pair.getCertificate(alias), secret)
                    ? Optional.empty()
                    : Optional.of("is not the key of the first certificate in HTTP_TLS_CERT_FILE");
        } catch (Exception e) {
            // The reader declares no type of its own for what it does not understand.
            return Optional.of("holds no private key as PEM: RSA or EC, without a passphrase");
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
