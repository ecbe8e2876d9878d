package io.redisvault.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.redisvault.VaultVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
@RegisterForReflection(targets = Version.class, classNames = "picocli.CommandLine$AutoHelpMixin")
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"redis-vault " + VaultVersion.CURRENT};
    }
}
