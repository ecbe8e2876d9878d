package io.redisvault.cli;

import io.redisvault.cli.SetupCheck.Finding;
import io.redisvault.cli.SetupCheck.Result;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** Prints what {@link SetupCheck} finds. */
@Command(
        name = "check",
        description = "Check settings, Redis, dump, storage, HTTP and schedule: a line each, with what mends it.",
        mixinStandardHelpOptions = true,
        footer = {"%nExamples:", "  redis-vault check", "  redis-vault check --json"})
final class CheckCommand extends VaultCommand {

    @Inject
    SetupCheck setup;

    @Override
    void beforeStart() {
        // The findings have these warnings, too.
        System.setProperty("quarkus.log.category.\"io.redisvault.config\".level", "OFF");
    }

    @Override
    public Integer call() throws IOException {
        List<Finding> found = setup.run().await().indefinitely();
        print(
                found,
                found.stream()
                        .map(finding ->
                                "%-7s  %-8s  %s".formatted(finding.result().word(), finding.subject(), finding.text()))
                        .collect(Collectors.joining(System.lineSeparator())));
        return found.stream().anyMatch(finding -> finding.result() == Result.WRONG)
                ? RedisVault.FAILED
                : RedisVault.DONE;
    }
}
