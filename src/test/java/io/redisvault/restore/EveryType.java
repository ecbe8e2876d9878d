package io.redisvault.restore;

import io.redisvault.servers.RedisServer;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Data of every type that Redis has, each in its compact encodings and in those for many elements. */
final class EveryType {

    private static final List<Integer> SIZES = List.of(3, 2000);

    private EveryType() {}

    static void fill(RedisServer redis) {
        redis.set("string", "text");
        redis.set("number", "12345");
        redis.set("binary", "\u0000\u00ff\r\n");
        redis.set("long", "compressible ".repeat(10_000));
        redis.command("SETBIT", "bits", "1000", "1");
        for (int size : SIZES) {
            call(redis, "RPUSH", "list:" + size, values("element", size));
            call(redis, "SADD", "set:" + size, values("member", size));
            call(redis, "SADD", "integers:" + size, values("", size));
            call(redis, "HSET", "hash:" + size, values("", 2 * size));
            call(
                    redis,
                    "ZADD",
                    "zset:" + size,
                    IntStream.range(0, size).boxed().flatMap(i -> Stream.of(i + ".5", "m" + i)));
            call(redis, "PFADD", "hyperloglog:" + size, values("visitor", size));
        }
        redis.command("GEOADD", "geo", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania");
        stream(redis);
        redis.command("SET", "expires", "later", "EX", "100000");
        redis.command("SET", "expires:ms", "later", "PX", "100000000");
        redis.command("HSET", "expires:hash", "field", "value");
        redis.command("EXPIRE", "expires:hash", "100000");
        redis.command("SELECT", "9");
        redis.set("elsewhere", "in database 9");
        redis.command("SELECT", "0");
        if (hasFunctions(redis)) {
            redis.command(
                    "FUNCTION",
                    "LOAD",
                    "#!lua name=vault\nredis.register_function('answer', function() return 42 end)");
        }
    }

    static boolean hasFunctions(RedisServer redis) {
        return !redis.version().startsWith("6.");
    }

    private static void stream(RedisServer redis) {
        for (int entry = 1; entry <= 300; entry++) {
            redis.command("XADD", "stream", entry + "-0", "field", "value " + entry);
        }
        redis.command("XDEL", "stream", "7-0");
        redis.command("XGROUP", "CREATE", "stream", "group", "0");
        redis.list("XREADGROUP", "GROUP", "group", "consumer", "COUNT", "10", "STREAMS", "stream", ">");
        redis.command("XACK", "stream", "group", "1-0");
    }

    private static Stream<String> values(String prefix, int size) {
        return IntStream.range(0, size).mapToObj(i -> prefix + i);
    }

    private static void call(RedisServer redis, String command, String key, Stream<String> arguments) {
        redis.command(Stream.concat(Stream.of(command, key), arguments).toArray(String[]::new));
    }
}
