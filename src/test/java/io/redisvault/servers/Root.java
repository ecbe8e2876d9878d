package io.redisvault.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The user whom the kernel allows to give files away, if that is who runs the tests. */
public final class Root {

    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final String ABOVE_MODES = "-dac_override,-dac_read_search";

    /** Starts a command as a root whom the modes of files bind like anybody else. */
    public static final List<String> BOUND_BY_MODES =
            List.of(SETPRIV.toString(), "--bounding-set=" + ABOVE_MODES, "--inh-caps=" + ABOVE_MODES);

    private Root() {}

    /** Skips a test that would have to give files away and may not. */
    public static void isNeeded() {
        Assumptions.assumeTrue(System.getProperty("user.name").equals("root"), "only root can give files away");
    }

    /** Skips a test where {@link #BOUND_BY_MODES} does not work. */
    public static void isNeededBoundByModes() throws IOException, InterruptedException {
        isNeeded();
        Assumptions.assumeTrue(Files.isExecutable(SETPRIV), "no setpriv on this machine");
        List<String> command = new ArrayList<>(BOUND_BY_MODES);
        command.add("true");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Assumptions.assumeTrue(process.waitFor() == 0, "setpriv may not take rights from root here");
    }

    public static void giveTo(int user, Path path) {
        try {
            Files.setAttribute(path, "unix:uid", user);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int ownerOf(Path path) {
        try {
            return (int) Files.getAttribute(path, "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
