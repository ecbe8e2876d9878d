package io.redisvault.storage.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.ConnectionFactory;
import com.google.api.client.http.javanet.NetHttpTransport;
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
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The JDK's HTTP with the proxies of the environment and authorities of a file.
 *
 * @param environment with {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY}, in capitals or not
 */
record GcsTransport(Map<String, String> environment) implements ConnectionFactory {

    HttpTransport create(Optional<Path> caFile) {
        // The JDK does not tell proxies passwords unless told to, before its first connection.
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
        URI proxy = proxy(URI.create(url.getProtocol() + "://" + url.getAuthority()))
                .orElse(null);
        if (proxy == null) {
            return (HttpURLConnection) url.openConnection(Proxy.NO_PROXY);
        }
        int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
        HttpURLConnection connection = (HttpURLConnection)
                url.openConnection(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port)));
        String user = proxy.getUserInfo();
        if (user != null && url.getProtocol().equals("https")) {
            connection.setAuthenticator(new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                    String[] both = user.split(":", 2);
                    return new PasswordAuthentication(both[0], both[both.length - 1].toCharArray());
                }
            });
        } else if (user != null) {
            // An authenticator cannot repeat what is streamed.
            String both = Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
            connection.setRequestProperty("Proxy-Authorization", "Basic " + both);
        }
        return connection;
    }

    /** The proxy by which a server is to be reached, if any. */
    Optional<URI> proxy(URI server) {
        String host = server.getHost().toLowerCase(Locale.ROOT);
        boolean direct = Arrays.stream(variable("NO_PROXY").orElse("").split(","))
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                .anyMatch(entry ->
                        entry.equals("*") || !entry.isEmpty() && (host.equals(entry) || host.endsWith("." + entry)));
        return direct
                ? Optional.empty()
                : variable(server.getScheme().toUpperCase(Locale.ROOT) + "_PROXY")
                        .map(text -> URI.create(text.contains("://") ? text : "http://" + text));
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name))
                .or(() -> Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT))))
                .filter(text -> !text.isBlank());
    }

    /** The system's authorities and those of a file. */
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
