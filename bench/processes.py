"""What is measured runs as a process: how one is started, waited for and looked at."""
import os, platform, shutil, socket, subprocess, sys, time

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
            time.sleep(0.05)


def command(arguments, **more):
    """Wall and CPU seconds and peak MiB of a command and its children."""
    began = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{arguments[0]} failed: {complaint.decode(errors='replace')[-500:]}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def machine():
    with open("/proc/meminfo") as meminfo:
        memory = int(meminfo.readline().split()[1]) / MIB
    java = subprocess.run([JAVA, "-version"], capture_output=True, text=True).stderr.splitlines()[1]
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, Linux {platform.release()}, {java}"
