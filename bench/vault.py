"""Redis Vault as the image runs it, and a server that receives backups."""
import glob, json, os, shutil, subprocess, sys, time, urllib.parse, urllib.request

from processes import HOME, JAVA, Server, free_port, java_version, redis, wait_for

APPLICATION = os.path.join(HOME, "target", "bench")
DOCKER = os.path.join(HOME, "src", "main", "docker")
BUCKET, ACCESS, SECRET = "redis-vault", "bench-access", "bench-secret-key"


def lay_out():
    """Lays the application out as the image build does, with an AOT cache if this Java supports it."""
    shutil.rmtree(APPLICATION, ignore_errors=True)
    shutil.copytree(os.path.join(HOME, "target", "quarkus-app"), APPLICATION)
    for name in ("jvm.options", "train"):
        shutil.copy(os.path.join(DOCKER, name), APPLICATION)
    java = shutil.which(JAVA)
    if java_version() >= 25 and shutil.which("wget"):
        subprocess.run([java, os.path.join(DOCKER, "Slim.java"), *glob.glob(APPLICATION + "/**/*.jar", recursive=True)],
                       check=True)
        s3proxy = os.path.join(HOME, "target", "servers", "s3proxy.jar")
        subprocess.run(["sh", "train", java, s3proxy], cwd=APPLICATION, check=True)
    else:
        print("no AOT cache: that takes a Java 25 and wget", file=sys.stderr)
        # Java does not read an option file that another one names.
        options = shutil.copy(os.path.join(DOCKER, "jvm.options"), os.path.join(APPLICATION, "redis-vault.options"))
        with open(options, "a") as file:
            file.write(f"-jar {APPLICATION}/quarkus-run.jar\n")


def vault_command(*arguments, application=APPLICATION):
    return [JAVA, f"@{application}/redis-vault.options", *arguments]


def vault_environment(data, **settings):
    return {"REDIS_CONNECTION": "redis://127.0.0.1:1", "REDIS_DATA_PATH": data, "INITIAL_DELAY": "1h",
            "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET, "S3_BUCKET": BUCKET,
            # As in bin/redis-vault.
            "MALLOC_ARENA_MAX": "2", **settings}


class Sink(Server):
    """bench/sink.py as a process."""

    def __init__(self, node, objects=0, before=()):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(port, [*before, sys.executable, os.path.join(HOME, "bench", "sink.py"), str(port), node,
                                str(objects)])


class Service:
    """The service from its start on, and a Redis that reports its role. Without one the service would retry for seconds."""

    def __init__(self, data, before=(), program=None, **settings):
        """
        :param before: a command to start it with, such as nice
        :param program: what to run instead of the JVM with the application
        """
        self.node = redis()
        self.url = f"http://127.0.0.1:{free_port()}"
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*before, *(program or vault_command())], env=vault_environment(
                data, HTTP_PORT=self.url.rsplit(":", 1)[1], REDIS_CONNECTION=f"redis://127.0.0.1:{self.node.port}", **settings),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: urllib.request.urlopen(self.url + "/q/health/ready").close())
        self.start = time.monotonic() - began
        self.idle = self.memory("VmRSS")

    def memory(self, name):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(name + ":")) / 1024

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def back_up(self):
        return self.post("/backup", 201)

    def verify(self):
        """Verifies the newest backup."""
        with urllib.request.urlopen(self.url + "/backups?limit=1") as answer:
            name = json.load(answer)[0]["name"]
        return self.post(f"/backups/{urllib.parse.quote(name)}/verify", 200)

    def post(self, path, expected):
        """Returns wall and CPU seconds of the call, and peak MiB since the start."""
        before, began = self.cpu(), time.monotonic()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, method="POST"), timeout=3600) as answer:
            if answer.status != expected:
                sys.exit(f"POST {path} answered {answer.status}")
        return time.monotonic() - began, self.cpu() - before, self.memory("VmHWM")

    def start_backup(self):
        """Starts a backup and returns when its bytes flow."""
        ask = urllib.request.Request(self.url + "/backup", method="POST", headers={"Prefer": "respond-async"})
        urllib.request.urlopen(ask).close()
        deadline = time.monotonic() + 60
        while self.progress() is None:
            if time.monotonic() > deadline:
                sys.exit("the backup did not begin")
            time.sleep(0.05)

    def progress(self):
        """Returns the bytes that the running backup has sent, or None before its first and after its last."""
        with urllib.request.urlopen(self.url + "/backup") as answer:
            running = json.load(answer).get("running")
            return running["bytesDone"] if running and running["bytesDone"] else None

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.node.close()
