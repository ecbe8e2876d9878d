package io.redisvault.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.Json;
import io.redisvault.drill.DrillException;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.restore.NoBackupException;
import io.redisvault.restore.RestoreException;
import io.redisvault.storage.StorageException;
import jakarta.enterprise.inject.Instance;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;

/** A command that does one thing and exits. */
@RegisterForReflection
abstract class VaultCommand implements Callable<Integer> {

    @ParentCommand
    private RedisVault vault;

    @Option(names = "--json", description = "print JSON, for programs")
    private boolean json;

    VaultCommand() {}

    VaultCommand(RedisVault vault) {
        this.vault = vault;
    }

    /** @return the exit code */
    abstract int run(Instance<Object> beans);

    @Override
    public Integer call() {
        return vault.launch().run(beans -> {
            try {
                return run(beans);
            } catch (ParameterException e) {
                return tell(e, RedisVault.WRONG_USAGE);
            } catch (NoBackupException e) {
                return tell(e, RedisVault.NOTHING_TO_DO);
            } catch (StorageException | RestoreException | InvalidDumpException | DrillException e) {
                return tell(e, RedisVault.FAILED);
            } catch (UncheckedIOException e) {
                // Of a directory that may not be read, for instance.
                return tell(e.getCause().toString(), RedisVault.FAILED);
            }
        });
    }

    /** Prints a result: as JSON if that is wanted, else as text, if there is any. */
    void print(Object result, String text) {
        String shown = json ? Json.of(result) : text;
        if (!shown.isEmpty()) {
            System.out.println(shown);
        }
    }

    /** What is for people only, beside the result. */
    static void note(String text) {
        System.err.println("redis-vault: " + text);
    }

    private static int tell(Exception failure, int exitCode) {
        return tell(failure.getMessage(), exitCode);
    }

    private static int tell(String failure, int exitCode) {
        note(failure);
        return exitCode;
    }
}
