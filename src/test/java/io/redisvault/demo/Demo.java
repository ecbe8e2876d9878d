package io.redisvault.demo;

import io.redisvault.servers.RedisServer;
import io.redisvault.servers.S3Server;
import io.redisvault.servers.Surroundings;
import io.redisvault.servers.VaultProcess;
import io.redisvault.servers.WorkDirectory;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Shows the main job on real parts: a Redis with data, a bucket, a backup, and a Redis that starts on it. */
public final class Demo {

    private static final int KEYS = 10_000;

    private Demo() {}

    public static void main(String... arguments) throws Exception {
        boolean exit = List.of(arguments).contains("--exit") || System.console() == null;
        try (Surroundings surroundings = Surroundings.start()) {
            RedisServer redis = surroundings.redis();
            S3Server s3 = surroundings.s3();
            redis.populate(KEYS, 100);
            redis.save();
            say(
                    "Redis %s runs on port %d with %,d keys; its dump has %,d bytes",
                    redis.version(), redis.port(), redis.keys(), Files.size(redis.dumpFile()));
            say("an S3 server runs at %s with the empty bucket '%s'", s3.endpoint(), s3.bucket());
            try (VaultProcess vault = surroundings.vault().serve()) {
                say("Redis Vault runs at %1$s, its status page is %1$s/", vault.url());
                backUp(surroundings, vault);
                restore(surroundings);
                if (!exit) {
                    stayUp(vault);
                }
            }
        } catch (IllegalStateException e) {
            System.err.println("demo failed: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void backUp(Surroundings surroundings, VaultProcess vault) throws IOException {
        HttpResponse<String> stored = vault.post("/backup");
        expect(stored.statusCode() == 201, "POST /backup was answered " + stored.statusCode() + ": " + stored.body());
        say("POST /backup: %d, stored", stored.statusCode());
        HttpResponse<String> again = vault.post("/backup");
        expect(again.body().contains("\"unchanged\""), "the second backup was answered " + again.body());
        say("POST /backup again: %d, skipped, since the dump is unchanged", again.statusCode());

        S3Server s3 = surroundings.s3();
        expect(s3.keys().size() == 1, "the bucket holds " + s3.keys());
        String key = s3.keys().get(0);
        Path object = s3.file(key);
        expect(Files.mismatch(object, surroundings.redis().dumpFile()) == -1, "the object is not the dump");
        say("in the bucket: %s, %,d bytes, the dump byte for byte", key, Files.size(object));
    }

    private static void restore(Surroundings surroundings) throws IOException {
        say("redis-vault list:%n%s", command(surroundings, "list"));
        RedisServer redis = surroundings.redis();
        try (WorkDirectory volume = new WorkDirectory("rv-demo")) {
            Path data = volume.directory("data");
            say(
                    "redis-vault restore --to an empty directory:%n%s",
                    command(surroundings, "restore", "--to", data.toString()));
            try (RedisServer second =
                    RedisServer.builder().dump(data.resolve("dump.rdb")).start()) {
                expect(second.keys() == redis.keys(), second.keys() + " keys were restored");
                expect(digest(second).equals(digest(redis)), "the restored data differ");
                say("a second Redis started on it has all %,d keys, and the same digest", second.keys());
            }
        }
    }

    /** What a command prints, its lines moved in. */
    private static String command(Surroundings surroundings, String... arguments) {
        VaultProcess.Exit exit = surroundings.vault().run(arguments);
        expect(exit.code() == 0, "redis-vault " + arguments[0] + " ended with " + exit.code() + ": " + exit.err());
        return exit.out().stripTrailing().indent(4).stripTrailing();
    }

    private static String digest(RedisServer redis) {
        return redis.command("DEBUG", "DIGEST");
    }

    private static void stayUp(VaultProcess vault) throws InterruptedException {
        System.out.printf(
                "%nTry it:%n  curl -X POST %1$s/backup%n  curl %1$s/backup%n  curl %1$s/q/metrics%nCtrl-C stops it all.%n",
                vault.url());
        CountDownLatch never = new CountDownLatch(1);
        never.await();
    }

    private static void say(String format, Object... values) {
        System.out.printf("- " + format + "%n", values);
    }

    private static void expect(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalStateException(otherwise);
        }
    }
}
