"""Compares a busy Redis with and without a running backup."""
import csv, os, shutil, statistics, subprocess, time

import report
from dumps import large_dump
from processes import MIB, redis
from vault import Service, Sink

KEYS = 100_000
WINDOW = 2.5  # seconds
# The CPU weights of the manifests in k8s/: 100m for Redis, 20m for the vault.
NICE = ["nice", "-n", "7"]
# title: clients, prefixes that start Redis, the load and the vault, settings
CASES = {
    "plain": ("both cores for all, equal weights", 50, [], [], [], {}),
    "weights": ("both cores for all, weights as in the manifests", 50, [], [], NICE, {}),
    "limited": ("the same, and `BACKUP_RATE_LIMIT=16MiB`", 50, [], [], NICE, {"BACKUP_RATE_LIMIT": "16MiB"}),
    "moderate": ("both cores for all, weights as in the manifests, one client", 1, [], [], NICE, {}),
    "shared-core": ("Redis and vault on one core, weights as in the manifests, one client on the other", 1,
                    ["taskset", "-c", "0"], ["taskset", "-c", "1"], ["taskset", "-c", "0", *NICE], {}),
    "own-core": ("Redis and its clients on one core, the vault on the other", 50,
                 ["taskset", "-c", "0"], ["taskset", "-c", "0"], ["taskset", "-c", "1"], {}),
    "own-core-limited": ("the same, and `BACKUP_RATE_LIMIT=16MiB`", 50,
                         ["taskset", "-c", "0"], ["taskset", "-c", "0"], ["taskset", "-c", "1"],
                         {"BACKUP_RATE_LIMIT": "16MiB"}),
}


class BusyRedis:
    """A Redis with an append-only file on the same disk, synced every second, so that a busy disk shows."""

    def __init__(self, work, before, load, clients):
        self.directory = os.path.join(work, "redis")
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        self.load, self.clients = load, clients
        # redis-benchmark would hang if it started before the server answers.
        self.server = redis("--dir", self.directory, "--appendonly", "yes", "--auto-aof-rewrite-percentage", "0", before=before)
        self.requests = 50_000
        self.requests = int(self.requests * WINDOW / self.window()["seconds"])

    def benchmark(self, requests):
        answer = subprocess.run(
            [*self.load, "redis-benchmark", "-p", str(self.server.port), "-t", "set,get", "-n", str(requests), "-r", str(KEYS),
             "-d", "256", "-c", str(self.clients), "--precision", "3", "--csv"], capture_output=True, text=True)
        rows = list(csv.DictReader(answer.stdout.splitlines()))
        if answer.returncode or len(rows) != 2:
            raise SystemExit(f"redis-benchmark failed: {answer.stderr}")
        return rows

    def window(self):
        """Runs SET, then GET, for some seconds: returns requests per second, and the p99 of each."""
        began = time.monotonic()
        rows = self.benchmark(self.requests)
        return {"seconds": time.monotonic() - began, "rate": 2 / sum(1 / float(row["rps"]) for row in rows),
                **{row["test"]: float(row["p99_latency_ms"]) for row in rows}}

    def close(self):
        self.server.close()
        shutil.rmtree(self.directory)


def busy(options, work):
    data = os.path.join(work, "data")
    dump, mebibytes = large_dump(options, data)
    rows = []
    for case in options.cases.split(",") if options.cases else CASES:
        with options.quiet():
            rows.append(compare(case, data, dump, work, options.pairs))
        print(*rows[-1], sep=" | ", flush=True)
    return (f"`redis-benchmark -t set,get` with 50 clients or one, which send the next request as soon as they have an answer; "
            "values of 256 bytes. Redis has `appendonly yes` on the disk of the dump. The dump has "
            f"{mebibytes} MiB and is read from the disk: it is removed from the page cache before each backup. Server, clients, "
            "vault and an S3 server that discards what it receives (`bench/sink.py`, which costs as much as a network) share "
            f"the machine. {options.pairs} pairs of windows of about {WINDOW} s, in alternating order. A ratio is with a backup "
            "to without one, the median of all pairs. The vault had stored one backup before. The weights are set by `nice`: "
            "5 to 1, like the requests in `k8s/`.\n\n"
            + report.table(["CPU cores", "p99 of GET (spread)", "p99 of SET (spread)", "throughput (spread)",
                            "p99 ms of GET without, with", "requests/s without, with", "backup MiB/s"], rows))


def compare(case, data, dump, work, pairs):
    title, clients, redis_before, load_before, vault_before, settings = CASES[case]
    busy_redis = BusyRedis(work, redis_before, load_before, clients)
    server = Sink("redis-node", before=vault_before)
    service = Service(data, before=vault_before, S3_ENDPOINT=server.url, **settings)
    without, beside, rates = [], [], []

    def alone():
        without.append(busy_redis.window())

    def together():
        forget(dump)
        os.utime(dump)
        service.start_backup()
        before, began = service.progress(), time.monotonic()
        window = busy_redis.window()
        after = service.progress()
        if after is None:
            raise SystemExit("the backup ended before the window did: give it a larger dump by --sizes")
        rates.append((after - before) / MIB / (time.monotonic() - began))
        beside.append(window)
        while service.progress() is not None:
            time.sleep(0.1)

    try:
        service.back_up()
        for pair in range(pairs):
            for half in (alone, together) if pair % 2 else (together, alone):
                half()
    finally:
        service.close()
        server.close()
        busy_redis.close()

    def ratio(what):
        ratios = [with_it[what] / without_it[what] for with_it, without_it in zip(beside, without)]
        return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"

    def both(what, digits):
        return ", ".join(f"{statistics.median(window[what] for window in windows):,.{digits}f}"
                         for windows in (without, beside))

    return [title, ratio("GET"), ratio("SET"), ratio("rate"), both("GET", 3), both("rate", 0),
            f"{statistics.median(rates):.0f}"]


def forget(path):
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
