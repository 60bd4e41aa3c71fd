"""Who receives alerts, on this machine: an HTTP server and a mail server, which keep what they got."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from drift.channels.channel import Delivery
from drift.channels.message import Message, Severity, State
from tests.tls_proxy import make_certificate

HERE = (ip_network("127.0.0.0/8"),)
"""Allowed in tests; without it nothing on this machine is reached."""
TIME = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
HANG_UP = "hang up"
"""Instead of an answer of the mail server."""
SECRET = "0123456789abcdef0123"


def write_message(**changed: Any) -> Message:
    """An alert as it may be."""
    usual = {
        "key": "drift:7:2026-11-01",
        "state": State.FIRING,
        "severity": Severity.CRITICAL,
        "project": "shop",
        "title": "Answers of the model changed",
        "sentence": "Answers are 12 % longer since 1 November.",
        "time": TIME,
        "evidence": ("Length +0.2 sd", "Refusals 2 to 4 %"),
        "link": "https://tacit.example.com/p/shop/alerts/7?a=1&b=2",
    }
    return Message(**(usual | changed))


def deliver(message: Message | None = None, at: int = int(TIME.timestamp())) -> Delivery:
    return Delivery("0b8f8f0e-5d0c", message or write_message(), at)


@dataclass
class Hook:
    """What a test sets up, and what came."""

    url: str
    port: int
    status: int = 200
    reply: bytes = b"ok"
    reply_headers: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


@contextmanager
def serve(server: socketserver.TCPServer) -> Iterator[int]:
    """Its port, while it answers."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class HookServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that trusts no certificate, and goes, is no error here."""


def make_hook_server(tls: ssl.SSLContext | None = None) -> tuple[ThreadingHTTPServer, Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            hook.headers.append(dict(self.headers))
            hook.paths.append(self.path)
            self.send_response(hook.status)
            for name, value in hook.reply_headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(hook.reply)))
            self.end_headers()
            self.wfile.write(hook.reply)

        def log_message(self, *_: object) -> None: ...

    server = HookServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    port = server.server_address[1]
    hook = Hook(f"http{'s' if tls else ''}://127.0.0.1:{port}/hooks/top-secret", port)
    return server, hook


@pytest.fixture
def hook() -> Iterator[Hook]:
    server, hook = make_hook_server()
    with serve(server):
        yield hook


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Of `tls_proxy.NAME` and localhost."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is known to this process, as one of a company's own would be."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


@pytest.fixture
def secure_hook(tls: ssl.SSLContext) -> Iterator[Hook]:
    server, hook = make_hook_server(tls)
    with serve(server):
        yield hook


@dataclass
class Mailbox:
    """A mail server: what it answers to each command (`RCPT` and the like), and what it took."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    commands: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for content in self.contents]  # type: ignore[misc]


class SmtpHandler(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs."""

    mailbox: Mailbox

    def handle(self) -> None:
        self.say(self.mailbox.answers.get("", "220 here"))
        while line := self.rfile.readline(2_000):
            verb, _, rest = line.decode("ascii").strip().partition(" ")
            command = f"{verb.upper()} {rest}".rstrip()
            self.mailbox.commands.append(command)
            self.answer(verb.upper(), command)
            if command == "QUIT":
                return

    def answer(self, verb: str, line: str) -> None:
        usual: dict[str, Callable[[], str]] = {
            "EHLO": self.greet,
            "AUTH": lambda: "235 welcome",
            "STARTTLS": lambda: "220 go on",
            "DATA": lambda: "354 go on",
            "QUIT": lambda: "221 bye",
        }
        said = self.mailbox.answers.get(line) or self.mailbox.answers.get(verb) or usual.get(verb, lambda: "250 ok")()
        self.say(said)
        if verb == "DATA" and said.startswith("354"):
            self.take_content()
        if verb == "STARTTLS" and said.startswith("220"):
            self.turn_to_tls()

    def greet(self) -> str:
        parts = ["here", "8BITMIME", "AUTH PLAIN"]
        if self.mailbox.tls and not isinstance(self.connection, ssl.SSLSocket):
            parts.append("STARTTLS")
        return "\r\n".join([*(f"250-{part}" for part in parts[:-1]), f"250 {parts[-1]}"])

    def take_content(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        self.mailbox.contents.append(b"".join(line[1:] if line.startswith(b".") else line for line in lines))
        self.say(self.mailbox.answers.get("CONTENT", "250 taken"))

    def turn_to_tls(self) -> None:
        assert self.mailbox.tls
        self.connection = self.mailbox.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def say(self, line: str) -> None:
        if line == HANG_UP:
            raise ConnectionAbortedError
        self.wfile.write(line.encode() + b"\r\n")

    def finish(self) -> None:
        super().finish()
        self.connection.close()


class MailServerOfTests(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away mid-way is no error here."""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    handler = type("Handler", (SmtpHandler,), {"mailbox": mailbox})
    with serve(MailServerOfTests(("127.0.0.1", 0), handler)) as port:
        mailbox.port = port
        yield mailbox
