package io.redisvault.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;

/**
 * A machine as the documentation assumes it, with {@code redis-vault} and {@code redis-server} on the PATH and the data
 * in {@code /data}, which stands for a directory of the test.
 */
public final class Machine implements AutoCloseable {

    private final Path directory;
    private final Path data;
    private final int port;
    private final Map<String, String> environment;

    private Machine(Path directory, Path data, Map<String, String> vault) {
        this.directory = directory;
        this.data = data;
        this.port = VaultProcess.Builder.freePort();
        this.environment = new HashMap<>(vault);
        environment.put("REDIS_CONNECTION", redis());
    }

    public static Machine with(Path directory, Path data, Map<String, String> vault) throws IOException {
        Machine machine = new Machine(directory, data, vault);
        Path programs = Files.createDirectory(directory.resolve("bin"));
        machine.environment.put("PATH", programs + ":" + System.getenv("PATH"));
        machine.program("redis-vault", "exec " + VaultProcess.command() + " \"$@\"");
        machine.program("redis-server", """
                case "$*" in *redis-vault-drill-*|*--version*) exec %1$s "$@";; esac
                %1$s --port %2$d --bind 127.0.0.1 --save "" --daemonize yes --logfile %3$s "$@"
                until redis-cli PING 2>/dev/null | grep -q PONG; do sleep 0.05; done""".formatted(
                        RedisExecutable.standard().path(), machine.port, directory.resolve("redis.log")));
        machine.program("redis-cli", """
                exec 3<>/dev/tcp/127.0.0.1/%d
                printf '%%s\\r\\nQUIT\\r\\n' "$*" >&3
                answer=$(cat <&3 2>/dev/null || true)
                echo "$answer"
                [[ $answer != -* ]]""".formatted(machine.port));
        machine.program("kubectl", """
                case "$*" in
                "-n redis get statefulset/redis -o jsonpath={.spec.replicas}") echo 3 ;;
                "-n redis scale statefulset/redis --replicas=0") redis-cli SHUTDOWN NOSAVE ;;
                "-n redis scale statefulset/redis --replicas=3") redis-server --dir %s --appendonly no ;;
                "apply -f "*)
                  arguments=$(sed -n 's/^ *args: \\[\\(.*\\)\\]$/\\1/p' "$3" | tr -d '",' | sed 's#/data#%s#')
                  REDIS_NODE_NAME=$(sed -n '/REDIS_NODE_NAME/{n;s/.*value: //p}' "$3") redis-vault $arguments ;;
                "delete -f "*) test -f "$3" ;;
                "-n redis wait --for="*|"-n redis logs --follow pod/redis-restore") ;;
                *) echo "unknown: kubectl $*" >&2; exit 1 ;;
                esac""".formatted(data, data));
        return machine;
    }

    /** Runs commands in a shell, one after the other; yields what they print, and fails if one of them does. */
    public String run(String commands) {
        try {
            ProcessBuilder builder = new ProcessBuilder(
                            "bash", "-euo", "pipefail", "-c", commands.replace("/data", data.toString()))
                    .redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("%s%n%s", commands, output).isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The address of its Redis. */
    public String redis() {
        return "redis://127.0.0.1:" + port;
    }

    /** How many keys the Redis has that was started. */
    public int keys() {
        return Integer.parseInt(
                run("redis-cli DBSIZE").lines().findFirst().orElseThrow().substring(1));
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(directory.resolve("bin").resolve(name), "#!/usr/bin/env bash\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Override
    public void close() {
        run("redis-cli SHUTDOWN NOSAVE 2>/dev/null || true");
    }
}
