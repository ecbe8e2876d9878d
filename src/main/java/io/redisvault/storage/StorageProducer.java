package io.redisvault.storage;

import io.redisvault.config.VaultConfig;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Selects the storage by its type. The clients of other types are never created. */
@ApplicationScoped
class StorageProducer {

    /** @param storages {@link Identifier identified} by the names of their types */
    @Produces
    @Singleton
    BackupStorage select(VaultConfig config, @Any Instance<BackupStorage> storages) {
        return storages.select(Identifier.Literal.of(config.storage().type().name()))
                .get();
    }
}
