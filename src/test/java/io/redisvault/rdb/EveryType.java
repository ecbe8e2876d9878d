package io.redisvault.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.redisvault.servers.RedisServer;
import io.redisvault.servers.RedisServer.ErrorReply;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Keys of every type that a server has, small and large, in databases 0, 3 and 15; four of them expire some day. */
public final class EveryType {

    private static final int MANY = 700;

    private final RedisServer redis;

    private EveryType(RedisServer redis) {
        this.redis = redis;
    }

    public static void fill(RedisServer redis) {
        EveryType types = new EveryType(redis);
        types.strings();
        types.listsAndSets();
        types.hashes();
        types.streams();
        types.newerTypes();
        types.ifKnown("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)");
        types.ifKnown("FUNCTION", "LOAD", "#!lua name=next\nredis.register_function('g', function() return 2 end)");
        redis.command("SCRIPT", "LOAD", "return 1");
        redis.command("SELECT", "3");
        redis.populate(MANY, 10);
        redis.command("SELECT", "15");
        redis.set("single", "");
        redis.command("SELECT", "0");
    }

    private void strings() {
        redis.set("text", "hello");
        for (String number : new String[] {"7", "-128", "30000", "-70000", "3000000000", "-9000000000000000000"}) {
            redis.set("number " + number, number);
        }
        redis.set("", "of an empty key");
        redis.set("k".repeat(100), "of a long key");
        redis.set("k".repeat(20_000), "of a longer key");
        redis.set("compressed", "ab".repeat(100_000));
        redis.command("SETRANGE", "zeroes", "1000000", "end");
        redis.set("binary", "\u0000\u00ff\r\n");
        redis.command("SETBIT", "bits", "1000", "1");
        redis.command("PFADD", "estimate", "a", "b");
        // Enough for the dense form.
        IntStream.range(0, 10).forEach(n -> many(m -> new String[] {"PFADD", "large estimate", n + " " + m}));
        redis.command("EXPIRE", "text", "86400");
        redis.command("SET", "with a time", "x", "EX", "100000");
        redis.command("PEXPIREAT", "compressed", Long.toString(32_503_680_000_000L));
    }

    private void listsAndSets() {
        many(n -> new String[] {"RPUSH", "long list", "element " + n});
        redis.command("RPUSH", "list", "1", "-5", "70000", "two", "x".repeat(10_000), "y".repeat(3000));
        ifKnown("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "100b");
        redis.command("RPUSH", "plain list", "one", "x".repeat(1000), "two", "y".repeat(2000));
        redis.command("SADD", "numbers", "1", "2", "300000", "5000000000");
        redis.command("SADD", "words", "one", "two");
        many(n -> new String[] {"SADD", "many words", "word " + n});
        many(n -> new String[] {"SADD", "many numbers", Integer.toString(n)});
        redis.command("ZADD", "scores", "1.5", "one", "-inf", "two");
        many(n -> new String[] {"ZADD", "many scores", n == 5 ? "+inf" : "0." + n, "member " + n});
        redis.command("GEOADD", "places", "13.361389", "38.115556", "Palermo");
    }

    private void hashes() {
        redis.command("HSET", "hash", "field", "value", "number", "12");
        redis.command("HSET", "long hash", "field", "y".repeat(1000));
        many(n -> new String[] {"HSET", "many fields", "field " + n, "value"});
        redis.command("HSET", "small with times", "a", "1", "b", "2");
        many(n -> new String[] {"HSET", "many with times", "field " + n, "value"});
        redis.command("HSET", "hash with a time", "field", "value");
        redis.command("EXPIRE", "hash with a time", "100000");
        ifKnown("HEXPIRE", "small with times", "90000", "FIELDS", "1", "b");
        for (int n = 0; n < 50; n++) {
            ifKnown("HEXPIRE", "many with times", Integer.toString(90_000 + n), "FIELDS", "1", "field " + n);
        }
    }

    private void streams() {
        many(n -> new String[] {"XADD", "stream", "1-" + (n + 1), "field", "value " + n});
        redis.command("XDEL", "stream", "1-5");
        redis.command("XGROUP", "CREATE", "stream", "group", "0");
        redis.command("XGROUP", "CREATE", "stream", "idle group", "$");
        redis.command("XREADGROUP", "GROUP", "group", "first", "COUNT", "300", "STREAMS", "stream", ">");
        redis.command("XREADGROUP", "GROUP", "group", "second", "COUNT", "100", "STREAMS", "stream", ">");
        redis.command("XACK", "stream", "group", "1-1", "1-2", "1-350");
        ifKnown("XNACK", "stream", "group", "FAIL", "IDS", "2", "1-10", "1-11");
        redis.command("XGROUP", "CREATE", "empty stream", "group", "$", "MKSTREAM");
        ifKnown("XADD", "idempotent stream", "IDMP", "producer", "id 1", "*", "field", "value");
        ifKnown("XADD", "idempotent stream", "IDMP", "producer", "id 2", "*", "field", "value");
    }

    private void newerTypes() {
        ifKnown("VADD", "vectors", "VALUES", "3", "0.1", "0.2", "0.3", "element");
        ifKnown("ARSET", "array", "5", "a", "12", "1.5", "x".repeat(100));
        ifKnown("ARINSERT", "inserted array", "a", "b");
    }

    private void many(IntFunction<String[]> command) {
        for (int n = 0; n < MANY; n++) {
            redis.command(command.apply(n));
        }
    }

    /** Servers that do not know a command yet refuse it; its key is missing then, or simpler. */
    private void ifKnown(String... command) {
        try {
            redis.command(command);
        } catch (ErrorReply reply) {
            assertThat(reply).hasMessageFindingMatch("(?i)unknown|syntax|subcommand|invalid stream id");
        }
    }
}
