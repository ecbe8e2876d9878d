package io.redisvault.cli;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.util.ExceptionUtil;
import io.redisvault.config.Settings;
import io.redisvault.observability.StartupReport;
import io.smallrye.config.ConfigValidationException;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;

/** Starts the application once its configuration is known to be right. */
final class Launch {

    /** What the application runs; Quarkus makes the instance, so it cannot be handed over. */
    private static volatile ToIntFunction<Instance<Object>> work;

    private final Path config;

    Launch(Path config) {
        this.config = config;
    }

    /** Serves until it is told to stop. */
    int serve() {
        return start(beans -> {
            beans.select(StartupReport.class).get().log();
            Quarkus.waitForExit();
            return RedisVault.DONE;
        });
    }

    /** Does one thing, with no port opened and no schedule started, so that it can run beside a sidecar. */
    int run(ToIntFunction<Instance<Object>> command) {
        System.setProperty("quarkus.http.host-enabled", "false");
        System.setProperty("quarkus.scheduler.enabled", "false");
        System.setProperty("quarkus.log.console.stderr", "true");
        return start(command);
    }

    private int start(ToIntFunction<Instance<Object>> application) {
        List<String> mistakes = Settings.check(Optional.ofNullable(config));
        if (!mistakes.isEmpty()) {
            return refuse(mistakes.stream());
        }
        work = application;
        AtomicInteger exitCode = new AtomicInteger();
        Quarkus.run(Application.class, (code, failure) -> exitCode.set(failure == null ? code : report(failure, code)));
        return exitCode.get();
    }

    /** Quarkus leaves it to who asks for the exit code to say why there was no start. Answers that code, or a better one. */
    private static int report(Throwable failure, int code) {
        Throwable cause = ExceptionUtil.getRootCause(failure);
        if (cause instanceof ConfigValidationException invalid) {
            return refuse(IntStream.range(0, invalid.getProblemCount())
                    .mapToObj(i -> invalid.getProblem(i).getMessage()));
        }
        boolean unresolved = cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException;
        if ((unresolved || cause instanceof BindException) && !isOurs(setting("host"))) {
            System.err.printf(
                    "redis-vault: cannot listen on %s: no address of this machine; set HTTP_HOST to one, or leave it"
                            + " out%n",
                    setting("host"));
        } else if (cause instanceof BindException taken) {
            System.err.printf(
                    "redis-vault: cannot listen on port %s: %s; set HTTP_PORT to a free one%n",
                    setting("port"), taken.getMessage());
        } else {
            System.err.println("redis-vault: could not start:");
            failure.printStackTrace();
        }
        return code;
    }

    private static int refuse(Stream<String> mistakes) {
        mistakes.forEach(mistake -> System.err.println("redis-vault: " + mistake));
        return RedisVault.WRONG_USAGE;
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue("quarkus.http." + name, String.class);
    }

    private static boolean isOurs(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isAnyLocalAddress()
                    || address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException unknown) {
            return false;
        }
    }

    /** What Quarkus runs between its start and its stop. */
    static final class Application implements QuarkusApplication {
        @Override
        public int run(String... args) {
            return work.applyAsInt(CDI.current());
        }
    }
}
