"""An S3 server that costs almost nothing: it discards what it receives and lists any number of made-up backups.

  sink.py PORT NODE [OBJECTS]
"""
import bisect, socket, sys
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

FIRST = datetime(2020, 1, 1, tzinfo=timezone.utc)
PAGE = 1000
CRC32 = "x-amz-checksum-crc32"


def made_up_name(node, number):
    return f"{node}_{FIRST + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}.rdb"


class Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    keys = []

    def answer(self, status, xml="", **headers):
        body = xml.encode()
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def discard(self):
        left = int(self.headers.get("Content-Length", 0))
        if left:
            left -= len(self.rfile.read(min(left, len(self.rfile.peek()))))
        while left:
            # The kernel discards them without a copy.
            left -= len(self.connection.recv(min(left, 1 << 20), socket.MSG_TRUNC))

    def target(self):
        parts = urlsplit(self.path)
        return unquote(parts.path).lstrip("/").partition("/")[2], parse_qs(parts.query, keep_blank_values=True)

    def do_HEAD(self):
        key, _ = self.target()
        at = bisect.bisect_left(self.keys, key)
        found = at < len(self.keys) and self.keys[at] == key
        self.answer(200 if found else 404, **({"Content-Length": 100} if found else {}))

    def do_GET(self):
        _, query = self.target()
        if "uploads" in query:
            return self.answer(200, "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>"
                                    "</ListMultipartUploadsResult>")
        prefix, token = query.get("prefix", [""])[0], query.get("continuation-token", [""])[0]
        start = bisect.bisect_right(self.keys, token) if token else bisect.bisect_left(self.keys, prefix)
        most = min(PAGE, int(query.get("max-keys", [PAGE])[0]))
        page = [key for key in self.keys[start:start + most] if key.startswith(prefix)]
        more = len(page) == most and start + most < len(self.keys)
        objects = "".join(f"<Contents><Key>{key}</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified>"
                          f"<ETag>&quot;made-up&quot;</ETag><Size>100</Size><StorageClass>STANDARD</StorageClass>"
                          f"</Contents>" for key in page)
        following = f"<NextContinuationToken>{page[-1]}</NextContinuationToken>" if more else ""
        self.answer(200, f"<ListBucketResult><KeyCount>{len(page)}</KeyCount><IsTruncated>{str(more).lower()}"
                         f"</IsTruncated>{following}{objects}</ListBucketResult>")

    def do_PUT(self):
        self.discard()
        confirmed = {CRC32: self.headers[CRC32]} if CRC32 in self.headers else {}
        self.answer(200, ETag='"sink"', **confirmed)

    def do_POST(self):
        key, query = self.target()
        self.discard()
        kind = "InitiateMultipartUploadResult" if "uploads" in query else "CompleteMultipartUploadResult"
        known = {"x-amz-checksum-algorithm": "CRC32"} if "uploads" in query else {}
        self.answer(200, f'<{kind}><Bucket>b</Bucket><Key>{key}</Key><UploadId>1</UploadId><ETag>"sink"</ETag></{kind}>',
                    **known)

    def do_DELETE(self):
        self.answer(204)

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True  # The vault was stopped, which is allowed.


if __name__ == "__main__":
    Sink.keys = ["redis-vault/" + made_up_name(sys.argv[2], number) for number in range(int((sys.argv + [0])[3]))]
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Sink).serve_forever()
