package io.redisvault.cli;

import io.redisvault.VaultVersion;
import picocli.CommandLine.IVersionProvider;

/** The line that {@code --version} prints. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"redis-vault " + VaultVersion.CURRENT};
    }
}
