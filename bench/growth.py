"""Measures how cost grows with the number of backups and with the size of the dump."""
import os, shutil, statistics

import report, sink
from dumps import make_dump
from processes import MIB, command
from vault import Service, Sink, vault_command, vault_environment

NODE = "redis-node"
MOST_DELETED = 10_000


def growth(options, work):
    counts = [int(count) for count in options.objects.split(",")]
    sizes = [int(size) for size in (options.sizes or "1,10,100,1000,10000").split(",")]
    objects = [number(place, count, work, options) for place in (directory, bucket) for count in counts]
    dumps = [dump(size, None, work, options) for size in sizes]
    if options.dump:
        dumps.append(dump(os.path.getsize(options.dump) // MIB, options.dump, work, options))
    return (f"Each row has that many backups of one node. Medians of {options.runs} runs. `redis-vault list` shows the newest "
            "ten with their details. A run stores a small dump and applies retention, in a service just started. The run that "
            f"deletes all but seven was measured once, with {MOST_DELETED:,} backups at most. Peak memory is what the kernel "
            "calls `VmHWM`; the heap has at most 46 MiB. The S3 server is `bench/sink.py`, which invents the backups and "
            "answers over HTTP in pages of 1000.\n\n"
            + report.table(["storage", "backups", "`list` s", "peak MiB", "run, all stay s", "peak MiB",
                            "all but 7 deleted s", "peak MiB"], objects)
            + "\nDumps of different sizes, stored in the same S3 server, which discards what it receives. The service is new "
            "and has stored a dump of 1 MiB before.\n\n"
            + report.table(["dump MiB", "wall s", "CPU s", "CPU s per GiB", "peak MiB"], dumps))


def directory(count, work):
    root = os.path.join(work, "directory")
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(os.path.join(root, "redis-vault"))
    for number in range(count):
        with open(os.path.join(root, "redis-vault", sink.made_up_name(NODE, number)), "wb") as file:
            file.write(b"x")
    return {"STORAGE_TYPE": "filesystem", "FILESYSTEM_PATH": root}, None


def bucket(count, work):
    server = Sink(NODE, count)
    return {"S3_ENDPOINT": server.url}, server


def number(place, count, work, options):
    data = os.path.join(work, "data")
    os.makedirs(data, exist_ok=True)
    make_dump(data, "dump.rdb", MIB, "incompressible")
    settings, server = place(count, work)
    try:
        with options.quiet():
            runs = [(*command(vault_command("list", "--limit", "10"), env=vault_environment(data, **settings)),
                     *one_run(data, RETENTION_KEEP_DURATION="520w", **settings)) for _ in range(options.runs)]
        with options.quiet():
            deleting = one_run(data, **settings) if count <= MOST_DELETED else None
    finally:
        if server:
            server.close()
        shutil.rmtree(data)
    listing, _, listing_peak, keeping, _, keeping_peak = (statistics.median(column) for column in zip(*runs))
    row = ["directory" if place is directory else "S3", f"{count:,}", f"{listing:.2f}", f"{listing_peak:.0f}",
           f"{keeping:.2f}", f"{keeping_peak:.0f}",
           *([f"{deleting[0]:.2f}", f"{deleting[2]:.0f}"] if deleting else ["", ""])]
    print(*row, sep=" | ", flush=True)
    return row


def one_run(data, **settings):
    service = Service(data, **settings)
    try:
        os.utime(os.path.join(data, "dump.rdb"))
        return service.back_up()
    finally:
        service.close()


def dump(mebibytes, given, work, options):
    data = os.path.join(work, "data")
    os.makedirs(data)
    small = make_dump(data, "small.rdb", MIB, "incompressible")
    path = os.path.join(data, "large.rdb")
    if given:
        os.link(given, path)
    else:
        make_dump(data, "large.rdb", mebibytes * MIB, "incompressible")
    name = os.path.join(data, "dump.rdb")
    runs = []
    server = Sink(NODE)
    try:
        with options.quiet():
            for _ in range(options.runs):
                os.link(small, name)
                service = Service(data, S3_ENDPOINT=server.url)
                try:
                    service.back_up()
                    os.replace(path, name)
                    os.utime(name)
                    runs.append(service.back_up())
                    os.rename(name, path)
                finally:
                    service.close()
    finally:
        server.close()
    wall, cpu, peak = (statistics.median(column) for column in zip(*runs))
    row = [f"{mebibytes:,}", f"{wall:.2f}", f"{cpu:.2f}", f"{cpu / os.path.getsize(path) * 1024 * MIB:.2f}", f"{peak:.0f}"]
    print(*row, sep=" | ", flush=True)
    shutil.rmtree(data)
    return row
