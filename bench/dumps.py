"""Dumps to back up."""
import os, random, socket, subprocess, sys, time


def make_dump(work, name, size, kind):
    """Lets a real Redis write a dump of about this many bytes."""
    path = os.path.join(work, name)
    sock = os.path.join(work, "redis.sock")
    redis = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", sock, "--save", "", "--dir", work,
                              "--dbfilename", name], stdout=subprocess.DEVNULL)
    try:
        while not os.path.exists(sock):
            time.sleep(0.05)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(sock)
            words = [b"order", b"customer", b"price", b"session", b"true", b"null", b"2026"]
            made = number = 0
            while made < size:
                batch = []
                for _ in range(64):
                    value = (os.urandom(4096) if kind == "incompressible"
                             else b'{"id":%d,"text":"%s"}' % (number, b" ".join(random.choices(words, k=700))))
                    key = b"key:%012d" % number
                    batch.append(b"*3\r\n$3\r\nSET\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (len(key), key, len(value), value))
                    number += 1
                    # Redis compresses the text to about a third.
                    made += len(value) if kind == "incompressible" else len(value) // 3
                client.sendall(b"".join(batch))
                answer = 0
                while answer < 5 * len(batch):
                    answer += len(client.recv(65536))
            client.sendall(b"*1\r\n$4\r\nSAVE\r\n")
            if not client.recv(100).startswith(b"+OK"):
                sys.exit("Redis could not save")
    finally:
        redis.terminate()
        redis.wait()
    return path


def large_dump(options, data):
    """Returns the dump that was named, or a new one that cannot be compressed, and its MiB."""
    os.makedirs(data)
    path = os.path.join(data, "dump.rdb")
    if options.dump:
        os.link(options.dump, path)
    else:
        make_dump(data, "dump.rdb", int(options.sizes or 8192) << 20, "incompressible")
    return path, os.path.getsize(path) >> 20
