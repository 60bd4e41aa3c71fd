"""A small reverse proxy that ends TLS, with a certificate of its own: what nginx or Caddy is to an installation."""

import http.client
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.parts import need

NAME = "tacit.example.com"


def make_certificate(directory: Path) -> tuple[Path, Path]:
    """Certificate and key of `NAME` and localhost, for a day."""
    openssl = shutil.which("openssl")
    need("openssl", openssl)
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},DNS:localhost"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    files = ["-out", str(certificate), "-keyout", str(key)]
    subprocess.run([str(openssl), "req", "-x509", *curve, *subject, *files], check=True, capture_output=True)
    return certificate, key


class Forwarding(BaseHTTPRequestHandler):
    """Hands requests to `target`, and says who asked and how; with `keeps_host` the host that was asked for, too."""

    protocol_version = "HTTP/1.1"
    target = ""
    keeps_host = True

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "host")}
        headers["Host"] = self.headers["Host"] if self.keeps_host else self.target
        given = self.headers.get("X-Forwarded-For")
        headers["X-Forwarded-For"] = ", ".join(filter(None, [given, self.client_address[0]]))
        headers["X-Forwarded-Proto"] = "https"
        with closing(http.client.HTTPConnection(self.target, timeout=20)) as upstream:
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = forward  # noqa: N815 -- http.server names them

    def log_message(self, *_: object) -> None:
        """Nothing is said."""


@contextmanager
def end_tls(directory: Path) -> Iterator[tuple[type[Forwarding], int, ssl.SSLContext]]:
    """A proxy whose handler is still to be given its target; its port, and what a client trusts it by."""
    certificate, key = make_certificate(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler = type("Forwarding", (Forwarding,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield handler, server.server_port, ssl.create_default_context(cafile=str(certificate))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def point(handler: type[Forwarding], url: str) -> None:
    handler.target = urlsplit(url).netloc
