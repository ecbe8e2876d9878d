"""Starts, waits for and inspects the processes that are measured."""
import os, platform, socket, subprocess, sys, tempfile, time

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MIB = 1 << 20
JAVA = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(attempt, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


class Server:
    """A process that runs until it is closed."""

    def __init__(self, port, arguments, **more):
        self.port = port
        self.process = subprocess.Popen(arguments, **more)
        wait_for(lambda: socket.create_connection(("127.0.0.1", port)).close())

    def close(self):
        self.process.terminate()
        self.process.wait()


def redis(*arguments, before=()):
    """A Redis that never saves by itself."""
    port = free_port()
    return Server(port, [*before, "redis-server", "--port", str(port), "--save", "", *arguments], stdout=subprocess.DEVNULL)


def command(arguments, **more):
    """Returns wall and CPU seconds and peak MiB of a command and its children."""
    with tempfile.NamedTemporaryFile("r") as peak:
        began = time.monotonic()
        # Up to its exec, the kernel counts the memory of the parent as the command's: Python has much, time has little.
        process = subprocess.Popen(["/usr/bin/time", "--quiet", "--format", "%M", "--output", peak.name, *arguments],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
        complaint = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        if status:
            sys.exit(f"{arguments[0]} failed: {complaint.decode(errors='replace')[-500:]}")
        return wall, usage.ru_utime + usage.ru_stime, int(peak.read()) / 1024


def java_version():
    return int(subprocess.run([JAVA, "-version"], capture_output=True, text=True).stderr.split('"')[1].split(".")[0])


def machine():
    with open("/proc/meminfo") as meminfo:
        memory = int(meminfo.readline().split()[1]) / MIB
    java = subprocess.run([JAVA, "-version"], capture_output=True, text=True).stderr.splitlines()[1]
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, Linux {platform.release()}, {java}"
