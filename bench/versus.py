"""Compares Redis Vault with the programs that one would use instead."""
import contextlib, os, shutil, socket, statistics, subprocess, sys, time

import report
from dumps import make_dump
from processes import HOME, JAVA, MIB, Server, command, free_port, wait_for
from vault import ACCESS, BUCKET, SECRET, Service, vault_command, vault_environment


class S3Proxy(Server):
    """An S3 server that stores in a directory, with and without TLS."""

    def __init__(self, work):
        self.root = os.path.join(work, "buckets")
        self.clean()
        self.certificate = os.path.join(work, "server.pem")
        store = os.path.join(work, "server.p12")
        keytool = [os.path.join(os.path.dirname(shutil.which(JAVA)), "keytool"), "-storepass", "changeit", "-alias", "s"]
        subprocess.run(keytool + ["-genkeypair", "-keyalg", "RSA", "-keystore", store, "-dname", "CN=localhost",
                                  "-ext", "san=ip:127.0.0.1,dns:localhost", "-validity", "30"],
                       check=True, stderr=subprocess.DEVNULL)
        subprocess.run(keytool + ["-exportcert", "-rfc", "-keystore", store, "-file", self.certificate], check=True,
                       stderr=subprocess.DEVNULL)
        http, https = free_port(), free_port()
        self.urls = {"HTTP": f"http://127.0.0.1:{http}", "HTTPS": f"https://127.0.0.1:{https}"}
        configuration = os.path.join(work, "s3proxy.conf")
        with open(configuration, "w") as file:
            file.write("\n".join([
                f"s3proxy.endpoint={self.urls['HTTP']}", f"s3proxy.secure-endpoint={self.urls['HTTPS']}",
                f"s3proxy.keystore-path={store}", "s3proxy.keystore-password=changeit",
                "s3proxy.authorization=aws-v2-or-v4", f"s3proxy.identity={ACCESS}", f"s3proxy.credential={SECRET}",
                "s3proxy.ignore-unknown-headers=true", "jclouds.provider=filesystem-nio2",
                f"jclouds.filesystem.basedir={self.root}"]))
        jar = os.path.join(HOME, "target", "servers", "s3proxy.jar")
        super().__init__(http, [JAVA, "-Xmx256m", "-jar", jar, "--properties", configuration], stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
        wait_for(lambda: socket.create_connection(("127.0.0.1", https)).close())

    def clean(self):
        shutil.rmtree(self.root, ignore_errors=True)
        os.makedirs(os.path.join(self.root, BUCKET))


def compare(rows, title, size, runs, ours, others, before):
    """Runs all programs in turn, so that a change in the machine's speed affects all of them."""
    results = {name: [] for name in ["Redis Vault", *others]}
    before()
    ours()
    for _ in range(runs):
        for name, run in {"Redis Vault": ours, **others}.items():
            before()
            results[name].append(run())
    base = results["Redis Vault"]
    for name, figures in results.items():
        wall, cpu, peak = (statistics.median(column) for column in zip(*figures))
        spread = f"{min(f[0] for f in figures):.2f}–{max(f[0] for f in figures):.2f}"
        ratios = ["", ""] if figures is base else [
            f"{statistics.median(a[i] / b[i] for a, b in zip(base, figures) if b[i]):.2f}" for i in (0, 1)]
        rows.append([title, name, *ratios, f"{wall:.2f} ({spread})", f"{cpu:.2f}", f"{size / wall / MIB:.0f}",
                     f"{peak:.0f}"])
        print(*rows[-1], sep=" | ", flush=True)


def clients(url, server, size):
    """Returns the other programs by name: how they store a file, fetch it and list the bucket."""
    aws = {**os.environ, "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1",
           "AWS_DEFAULT_REGION": "us-east-1", "AWS_CA_BUNDLE": server.certificate, "SSL_CERT_FILE": server.certificate}
    aws_s3 = ["aws", "--endpoint-url", url, "s3"]
    s5cmd = ["s5cmd", "--endpoint-url", url]
    curl = ["curl", "-sSf", "--cacert", server.certificate, "--aws-sigv4", "aws:amz:us-east-1:s3", "-u",
            f"{ACCESS}:{SECRET}", "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]
    target = f"s3://{BUCKET}/other"
    found = {
        "aws s3": lambda a, b: [*aws_s3, "cp", "--no-progress", a, b] if b else [*aws_s3, "ls", f"s3://{BUCKET}/"],
        "s5cmd": lambda a, b: [*s5cmd, "cp", a, b] if b else [*s5cmd, "ls", f"s3://{BUCKET}/"],
        "curl": lambda a, b: [*curl, *(["-T", a, f"{url}/{BUCKET}/other"] if b == target else
                                       ["-o", b or "/dev/null", f"{url}/{BUCKET}/{'other' if b else '?list-type=2'}"])]}
    if size >= 5 << 30:  # S3's limit for one request
        del found["curl"]
    return {name: lambda a, b, arguments=arguments, before=(): command([*before, *arguments(a, b)], env=aws)
            for name, arguments in found.items() if shutil.which(name.split()[0])}, target


def fresh(server, dump):
    server.clean()
    os.utime(dump, (time.time(), os.path.getmtime(dump) + 1))
    with open(dump, "rb") as file:  # So that every program finds it in the page cache.
        while file.read(MIB):
            pass


def piped(run):
    """Returns the clients that read from a pipe, after zstd and age, by name, and the key that all encrypt for."""
    if not all(map(shutil.which, ("zstd", "age", "age-keygen"))):
        return {}, None
    made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
    key = next(word for word in made.split() if word.startswith("age1"))
    small = f'set -o pipefail; zstd -q -1 -c "$0" | age -r {key} | "$@"'
    return {"zstd, age and aws s3": lambda dump, target: run("aws s3")("-", target, before=["bash", "-c", small, dump])}, key


def uploads(rows, label, dump, size, runs, server, former):
    for scheme, url in server.urls.items():
        trust = {"S3_CA_FILE": server.certificate} if scheme == "HTTPS" else {}
        others, target = clients(url, server, size)
        small, key = piped(others.get) if "aws s3" in others else ({}, None)
        forms = [("upload", {}, others)]
        if small:
            forms.append(("compressed and encrypted upload", {"BACKUP_COMPRESSION": "zstd", "BACKUP_AGE_RECIPIENTS": key}, small))
        for what, settings, beside in forms:
            beside = {name: lambda run=run: run(dump, target) for name, run in beside.items()}
            settings = {"S3_ENDPOINT": url, **settings, **trust}
            with contextlib.ExitStack() as services:
                service = services.enter_context(contextlib.closing(Service(os.path.dirname(dump), **settings)))
                if former and what == "upload":
                    other = Service(os.path.dirname(dump), program=vault_command(application=former), **settings)
                    beside["Redis Vault before"] = services.enter_context(contextlib.closing(other)).back_up
                    fresh(server, dump)
                    other.back_up()
                compare(rows, f"{what} over {scheme}, {label}", size, runs, service.back_up, beside,
                        lambda: fresh(server, dump))
    return service


def cold(rows, label, dump, size, runs, server, work):
    """Measures whole commands, each with the start of its JVM."""
    url, restored = server.urls["HTTP"], os.path.join(work, "restored")
    others, target = clients(url, server, size)
    environment = vault_environment(os.path.dirname(dump), S3_ENDPOINT=url)

    def vault(*arguments):
        return lambda: command(vault_command(*arguments), env=environment)

    def empty():
        shutil.rmtree(restored, ignore_errors=True)
        os.makedirs(restored)

    compare(rows, f"command backup, {label}", size, runs, vault("backup"),
            {name: lambda run=run: run(dump, target) for name, run in others.items()}, lambda: fresh(server, dump))
    for run in list(others.values())[:1]:
        run(dump, target)
    vault("backup")()
    compare(rows, f"command list, {label}", size, runs, vault("list"),
            {name: lambda run=run: run("", "") for name, run in others.items()}, lambda: None)
    compare(rows, f"command restore, {label}", size, runs, vault("restore", "--to", os.path.join(restored, "dump.rdb")),
            {name: lambda run=run: run(target, os.path.join(restored, "other")) for name, run in others.items()}, empty)


def local(rows, label, dump, size, runs, work):
    data, target = os.path.dirname(dump), os.path.join(work, "directory")
    settings = {"STORAGE_TYPE": "filesystem", "FILESYSTEM_PATH": target}
    check = {"redis-check-rdb": lambda: command(["redis-check-rdb", dump])}

    def fresh():
        shutil.rmtree(target, ignore_errors=True)
        os.makedirs(target)

    copy = os.path.join(target, "copy")
    service = Service(data, **settings)
    try:
        compare(rows, f"to a directory, {label}", size, runs, service.back_up, {"cp, sync and sha256sum": lambda: command(
            ["sh", "-c", f"cp '{dump}' '{copy}' && sync '{copy}' && sha256sum '{copy}'"])}, fresh)
        fresh()
        service.back_up()
        compare(rows, f"verification by the service, {label}", size, runs, service.verify, check, lambda: None)
    finally:
        service.close()
    environment = vault_environment(data, **settings)
    compare(rows, f"verification as a command, {label}", size, runs,
            lambda: command(vault_command("verify"), env=environment), check, lambda: None)


def versus(options, work):
    for tool in ("aws", "s5cmd", "curl", "zstd", "age"):
        if not shutil.which(tool):
            print(f"{tool} is missing, and left out", file=sys.stderr)
    rows = []
    server = S3Proxy(work)
    try:
        for mebibytes in map(int, (options.sizes or "64,1024,8192").split(",")):
            for kind in options.kinds.split(","):
                data = os.path.join(work, "data")
                os.makedirs(data)
                dump = make_dump(data, "dump.rdb", mebibytes * MIB, kind)
                size, label = os.path.getsize(dump), f"{mebibytes} MiB {kind}"
                service = uploads(rows, label, dump, size, options.runs, server, options.former)
                local(rows, label, dump, size, options.runs, work)
                if mebibytes == 64:
                    cold(rows, label, dump, size, options.runs, server, work)
                shutil.rmtree(data)
    finally:
        server.close()
    return (f"Medians of {options.runs} runs in turn. Ratios are Redis Vault to the other program, run by run; below 1 Redis "
            "Vault is better. The dump is in the page cache. Client and server share the machine. The service ran one backup "
            "before; commands include the start of their JVM. Peak memory is of the largest process.\n\n"
            f"The service was ready {service.start:.2f} s after its start, and had {service.idle:.0f} MiB then.\n\n"
            + report.table(["what", "by", "wall ratio", "CPU ratio", "wall s (spread)", "CPU s", "MiB/s", "peak MiB"], rows))
