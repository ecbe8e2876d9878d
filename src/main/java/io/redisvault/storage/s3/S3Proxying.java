package io.redisvault.storage.s3;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.http.nio.netty.ProxyConfiguration;

/** The proxy that {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY} name, in either case. */
final class S3Proxying {

    private S3Proxying() {}

    /** @param scheme of the endpoint */
    static ProxyConfiguration of(String scheme, Map<String, String> environment) {
        ProxyConfiguration.Builder proxy =
                ProxyConfiguration.builder().useSystemPropertyValues(false).useEnvironmentVariableValues(false);
        String name = scheme.toUpperCase(Locale.ROOT) + "_PROXY";
        variable(name, environment).ifPresent(value -> {
            URI uri = URI.create(value.contains("://") ? value : "http://" + value);
            proxy.scheme(uri.getScheme()).host(uri.getHost()).port(uri.getPort() < 0 ? 80 : uri.getPort());
            if (uri.getUserInfo() != null) {
                String[] user = uri.getUserInfo().split(":", 2);
                proxy.username(user[0]).password(user.length == 1 ? "" : user[1]);
            }
        });
        return proxy.nonProxyHosts(variable("NO_PROXY", environment)
                        .map(S3Proxying::patterns)
                        .orElse(Set.of()))
                .build();
    }

    private static Optional<String> variable(String name, Map<String, String> environment) {
        return Stream.of(environment.get(name.toLowerCase(Locale.ROOT)), environment.get(name))
                .filter(Objects::nonNull)
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    /** A name means its subdomains, too. */
    private static Set<String> patterns(String hosts) {
        return Stream.of(hosts.split("[,\\s]+"))
                .map(host -> host.replaceFirst("^\\*?\\.", "").replaceFirst(":\\d+$", ""))
                .filter(host -> !host.isEmpty())
                .map(host -> host.equals("*") ? ".*" : "(.*\\.)?" + Pattern.quote(host))
                .collect(Collectors.toSet());
    }
}
