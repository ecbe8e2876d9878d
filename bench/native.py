"""Compares a native executable with the JVM as the image runs it."""
import os, shutil, statistics

import report
from dumps import make_dump
from processes import MIB
from vault import Service, Sink, vault_command


def native(options, work):
    programs = {"JVM": vault_command(), "native": [os.path.abspath(options.native)]}
    rows = []
    for mebibytes in map(int, (options.sizes or "64,1024,8192").split(",")):
        data = os.path.join(work, "data")
        os.makedirs(data)
        make_dump(data, "dump.rdb", mebibytes * MIB, "incompressible")
        figures = {name: [] for name in programs}
        with options.quiet():
            for _ in range(options.runs):
                for name, program in programs.items():
                    figures[name].append(run(data, program))
        for name, runs in figures.items():
            rows.append([mebibytes, name, *(f"{statistics.median(column):.{digits}f}"
                                            for column, digits in zip(zip(*runs), (3, 0, 0, 0, 0, 2, 2)))])
            print(*rows[-1], sep=" | ", flush=True)
        shutil.rmtree(data)
    size = os.path.getsize(options.native) / 1e6
    return (f"A native executable of {size:.1f} MB and the application with the options of the JVM image, in turn, medians of "
            f"{options.runs} runs. Each starts, is ready, and stores one dump over HTTP in `bench/sink.py`. Own memory is what "
            "no file backs (`RssAnon`): the kernel cannot take it back.\n\n"
            + report.table(["dump MiB", "by", "ready s", "resident MiB at rest", "own MiB at rest", "peak MiB",
                            "own MiB after", "wall s", "CPU s"], rows))


def run(data, program):
    server = Sink("redis-node")
    service = Service(data, program=program, S3_ENDPOINT=server.url)
    try:
        own = service.memory("RssAnon")
        wall, cpu, peak = service.back_up()
        return service.start, service.idle, own, peak, service.memory("RssAnon"), wall, cpu
    finally:
        service.close()
        server.close()
