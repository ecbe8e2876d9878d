"""Measures whether the files of others stay in the page cache during a backup."""
import ctypes, mmap, os

import report
from busy import forget
from dumps import large_dump
from processes import MIB, command
from vault import Service, Sink

GROUPS = "/sys/fs/cgroup/memory" if os.path.isdir("/sys/fs/cgroup/memory") else "/sys/fs/cgroup"
LIMIT_FILE = "memory.limit_in_bytes" if os.path.isdir("/sys/fs/cgroup/memory") else "memory.max"
LIMIT, WORKING_SET, CONTAINER = 1024, 512, 224


class Group:
    """A control group with a memory limit, page cache included: a node or a container."""

    def __init__(self, limit):
        self.path = os.path.join(GROUPS, f"bench-{os.getpid()}-{limit}")
        os.mkdir(self.path)
        with open(os.path.join(self.path, LIMIT_FILE), "w") as file:
            file.write(str(limit * MIB))

    def enter(self):
        return ["sh", "-c", f'echo $$ > {self.path}/cgroup.procs && exec "$@"', "sh"]

    def close(self):
        os.rmdir(self.path)


def cache(options, work):
    data = os.path.join(work, "data")
    dump, mebibytes = large_dump(options, data)
    rows = []
    for by, read in (("the vault", back_up), (f"the vault in a container of {CONTAINER} MiB", back_up_in_container),
                     ("`cat`", cat)):
        for times in (1, 2):
            with options.quiet():
                rows.append([by, times, *run(read, data, dump, work, times)])
            print(*rows[-1], sep=" | ", flush=True)
    return (f"In a control group of {LIMIT} MiB, files of {WORKING_SET} MiB are read once or twice. Then a dump of {mebibytes} "
            "MiB, which is not in the cache, is backed up by a vault in the same group, or in a group of its own with a limit "
            f"of {CONTAINER} MiB. `cat` is any other program that reads the dump.\n\n"
            + report.table(["read by", "files read before", "MiB of them cached before", "and after",
                            "MiB of the dump cached after"], rows))


def run(read, data, dump, work, times):
    files = os.path.join(work, "files")
    with open(files, "wb") as file:
        for _ in range(WORKING_SET):
            file.write(os.urandom(MIB))
        os.fsync(file.fileno())
    forget(files)
    forget(dump)
    group = Group(LIMIT)
    try:
        for _ in range(times):
            command([*group.enter(), "cat", files])
        before = cached(files)
        read(data, dump, group)
        return [f"{mebibytes:.0f}" for mebibytes in (before, cached(files), cached(dump))]
    finally:
        group.close()
        os.remove(files)


def back_up(data, _, group):
    server = Sink("redis-node")
    service = Service(data, before=group.enter(), S3_ENDPOINT=server.url)
    try:
        service.back_up()
    finally:
        service.close()
        server.close()


def back_up_in_container(data, dump, _):
    container = Group(CONTAINER)
    try:
        back_up(data, dump, container)
    finally:
        container.close()


def cat(_, dump, group):
    command([*group.enter(), "cat", dump])


def cached(path):
    """Returns how many MiB of a file are in the page cache."""
    size = os.path.getsize(path)
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), size) as mapped:
        pages = (ctypes.c_ubyte * ((size + mmap.PAGESIZE - 1) // mmap.PAGESIZE))()
        address = ctypes.addressof(ctypes.c_char.from_buffer(mapped))
        if ctypes.CDLL(None, use_errno=True).mincore(ctypes.c_void_p(address), ctypes.c_size_t(size), pages):
            raise OSError(ctypes.get_errno(), "mincore")
        return sum(page & 1 for page in pages) * mmap.PAGESIZE / MIB
