package io.redisvault.cli;

import io.redisvault.VaultVersion;
import io.redisvault.drill.DrillException;
import io.redisvault.rdb.InvalidDumpException;
import io.redisvault.restore.NoBackupException;
import io.redisvault.restore.RestoreException;
import io.redisvault.storage.FileErrors;
import io.redisvault.storage.StorageException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses arguments and turns failures into one line and an exit code. */
final class CommandLines {

    private CommandLines() {}

    static CommandLine of(RedisVault vault, IFactory factory) {
        CommandLine commandLine = new CommandLine(vault, factory);
        commandLine.getCommandSpec().version("redis-vault " + VaultVersion.CURRENT);
        Values.register(commandLine);
        return commandLine
                .setParameterExceptionHandler(CommandLines::wrongUsage)
                .setExecutionExceptionHandler(CommandLines::failed);
    }

    private static int wrongUsage(ParameterException failure, String... args) {
        return tell(
                failure instanceof UnmatchedArgumentException unmatched
                        ? "'" + unmatched.getUnmatched().get(0) + "' is unknown; " + allowed(failure.getCommandLine())
                        : failure.getMessage(),
                RedisVault.WRONG_USAGE);
    }

    private static String allowed(CommandLine commandLine) {
        CommandSpec command = commandLine.getCommandSpec();
        List<String> allowed = new ArrayList<>(command.subcommands().keySet());
        command.positionalParameters().forEach(parameter -> allowed.add(parameter.paramLabel()));
        command.options().stream()
                .filter(option -> !option.hidden())
                .forEach(option -> allowed.add(option.longestName()));
        return command.qualifiedName() + " takes " + String.join(", ", allowed);
    }

    private static int failed(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        if (failure instanceof NoBackupException) {
            return tell(failure.getMessage(), RedisVault.NOTHING_TO_DO);
        }
        if (failure instanceof UncheckedIOException file) {
            return tell(FileErrors.text(file.getCause()), RedisVault.FAILED);
        }
        if (failure instanceof StorageException
                || failure instanceof RestoreException
                || failure instanceof InvalidDumpException
                || failure instanceof DrillException) {
            return tell(failure.getMessage(), RedisVault.FAILED);
        }
        throw failure;
    }

    private static int tell(String failure, int exitCode) {
        VaultCommand.error(failure);
        return exitCode;
    }
}
