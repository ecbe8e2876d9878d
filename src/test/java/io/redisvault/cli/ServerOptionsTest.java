package io.redisvault.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class ServerOptionsTest {

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    restore; name a directory with --to PATH, or a running server with --into ADDRESS
                    restore --to=; name a directory with --to PATH, or a running server with --into ADDRESS
                    restore --into redis://a --to /data; --to does not go with --into, leave out one of them
                    restore --into redis://a --append-only; --append-only does not go with --into, leave out one of them
                    restore --to /data --listen a:1; --listen goes with --into only
                    drill --into redis://a --work-dir /tmp; --work-dir does not go with --into, leave out one of them
                    drill --flush; --flush goes with --into only
                    """)
    void optionsThatDoNotGoTogetherAreNamed(String arguments, String mistake) {
        assertThatThrownBy(() -> command(arguments).beforeStart())
                .isInstanceOf(ParameterException.class)
                .hasMessage(mistake);
    }

    @Test
    void theServerTakesThePlaceOfTheConfiguredOne() {
        VaultCommand restore = command("restore latest --into redis://a --listen [::1]:7000 --force");
        restore.beforeStart();
        assertThat(restore.server()).contains("redis://a");
        assertThat(command("restore --to /data").server()).isEmpty();
        assertThatThrownBy(() -> command("drill --into redis://a --listen a:70000"))
                .hasMessageContaining("'a:70000' is not HOST:PORT, such as 10.0.0.7:7000");
    }

    private static VaultCommand command(String arguments) {
        return (VaultCommand) CommandLines.of(new RedisVault(), CommandLine.defaultFactory())
                .parseArgs(arguments.split(" "))
                .subcommand()
                .commandSpec()
                .userObject();
    }
}
