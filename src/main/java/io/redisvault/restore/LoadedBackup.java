package io.redisvault.restore;

import io.redisvault.backup.Backup;
import io.redisvault.redis.ServerInfo;
import java.util.List;

/**
 * A backup that a running server has loaded.
 *
 * @param backup with what was found in it
 * @param server as it was when it had loaded the backup; keys whose time was over are still counted
 * @param notes lines for people
 */
public record LoadedBackup(Backup backup, ServerInfo server, List<String> notes) {}
