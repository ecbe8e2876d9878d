package io.redisvault.storage.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.ConnectionFactory;
import com.google.api.client.http.javanet.NetHttpTransport;
import io.redisvault.config.HttpProxy;
import io.redisvault.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The JDK's HTTP client, with proxies from the environment and more authorities from a file.
 *
 * @param environment with {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY}, in upper or lower case
 */
record GcsTransport(Map<String, String> environment) implements ConnectionFactory {

    HttpTransport create(Optional<Path> caFile) {
        // By default the JDK sends no passwords to proxies. This must be set before its first connection.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        NetHttpTransport.Builder builder = new NetHttpTransport.Builder().setConnectionFactory(this);
        if (caFile.isPresent()) {
            try {
                builder.trustCertificates(authorities(caFile.get()));
            } catch (IOException | GeneralSecurityException e) {
                throw new StorageException.Other(
                        "The authorities in " + caFile.get() + " cannot be read; correct GCS_CA_FILE", e);
            }
        }
        return builder.build();
    }

    @Override
    public HttpURLConnection openConnection(URL url) throws IOException {
        Optional<HttpProxy> proxy =
                HttpProxy.of(URI.create(url.getProtocol() + "://" + url.getAuthority()), environment);
        if (proxy.isEmpty()) {
            return (HttpURLConnection) url.openConnection(Proxy.NO_PROXY);
        }
        HttpURLConnection connection = (HttpURLConnection) url.openConnection(new Proxy(
                Proxy.Type.HTTP,
                new InetSocketAddress(proxy.get().host(), proxy.get().port())));
        if (proxy.get().user().isPresent()) {
            authenticate(connection, proxy.get().user().get(), proxy.get().password());
        }
        return connection;
    }

    private static void authenticate(HttpURLConnection connection, String user, String password) {
        if (connection.getURL().getProtocol().equals("https")) {
            connection.setAuthenticator(new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                    return new PasswordAuthentication(user, password.toCharArray());
                }
            });
        } else {
            // With an authenticator, the JDK would have to repeat the request, but its body is streamed.
            String both = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
            connection.setRequestProperty("Proxy-Authorization", "Basic " + both);
        }
    }

    /** Returns the system's authorities and those of a PEM file. */
    private static KeyStore authorities(Path file) throws IOException, GeneralSecurityException {
        List<Certificate> all = new ArrayList<>();
        try (InputStream pem = Files.newInputStream(file)) {
            all.addAll(CertificateFactory.getInstance("X.509").generateCertificates(pem));
        }
        TrustManagerFactory system = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        system.init((KeyStore) null);
        for (TrustManager manager : system.getTrustManagers()) {
            all.addAll(List.of(((X509TrustManager) manager).getAcceptedIssuers()));
        }
        KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
        authorities.load(null, null);
        for (Certificate authority : all) {
            authorities.setCertificateEntry("authority-" + authorities.size(), authority);
        }
        return authorities;
    }
}
