package io.redisvault.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script with which a shell completes our commands and options. */
@Command(
        name = "completion",
        description = "Print a completion script for your shell.",
        mixinStandardHelpOptions = true,
        footer = {
            "%nExamples:",
            "  source <(redis-vault completion bash)",
            "  redis-vault completion zsh > ~/.redis-vault-completion"
        })
final class CompletionCommand implements Launcher.LocalCommand {

    private enum Shell {
        BASH,
        ZSH
    }

    /** Not used: the same script works in both shells. */
    @Parameters(paramLabel = "bash|zsh", description = "the shell")
    private Shell shell;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        CommandSpec all = command.root();
        System.out.print(AutoComplete.bash(all.name(), all.commandLine()));
        return RedisVault.DONE;
    }
}
