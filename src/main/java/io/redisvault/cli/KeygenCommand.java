package io.redisvault.cli;

import io.redisvault.codec.AgeKeys;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.Command;

/** Makes an age identity and its recipient; the output is that of {@code age-keygen}. */
@Command(
        name = "keygen",
        description = "Print a new age key pair: the secret identity and its public recipient.",
        mixinStandardHelpOptions = true,
        footer = {"%nExamples:", "  (umask 077; redis-vault keygen > key.txt)"})
final class KeygenCommand implements Launcher.LocalCommand {

    @Override
    public Integer call() {
        AgeKeys.Pair keys = AgeKeys.generate();
        System.out.println("# created: " + Instant.now().truncatedTo(ChronoUnit.SECONDS));
        System.out.println("# public key: " + keys.recipient());
        System.out.println(keys.identity());
        if (!Progress.onTerminal()) {
            System.err.println("Public key: " + keys.recipient());
        }
        return RedisVault.DONE;
    }
}
