"""A waitress server in a thread of its own, on a socket that was bound before, which can be drained."""

import socket
import threading
import time
from typing import Any

from django.conf import settings
from waitress import wasyncore
from waitress.server import create_server

from config.headers import add_headers
from config.http_channel import BoundedChannel, WaitingThreads
from config.own_traces import trace_requests
from config.proxies import heed_proxies
from config.requests import number_requests
from tracing.receive.otlp import MAX_BODY_BYTES

THREADS = 40
"""Senders wait in one each while their spans are committed together; each may hold a connection to Django's database
for a minute, which bounds how many there can be."""
RECEIVE_BYTES = 256 * 1024
POLL_SECONDS = 0.5
MOST_UNREAD_BYTES = 4 * 1024 * 1024
"""Of an answer that nobody reads yet; beyond, the thread that answers waits for the reader."""
MAX_DRAINED_BYTES = 16 * MAX_BODY_BYTES
"""Where even reading on to tell the sender ends; then the connection is closed."""


class PortBusyError(Exception):
    """Another program listens there."""


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port`; 0 lets the system choose. Raises PortBusyError or OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        if isinstance(error, OSError) and error.errno in (98, 48):  # EADDRINUSE on Linux, macOS
            raise PortBusyError(f"port {port} of {host} is taken") from error
        raise
    return listening


class HttpServer:
    """Serves a WSGI application until it is stopped; then it answers what came in and takes nothing new."""

    def __init__(self, application: Any, listening: socket.socket) -> None:
        self.port: int = listening.getsockname()[1]
        self._map: dict[int, Any] = {}
        self._server = create_server(
            number_requests(add_headers(trace_requests(heed_proxies(application, settings.TRUSTED_PROXIES)))),
            map=self._map,
            sockets=[listening],
            threads=THREADS,
            ident="tacit",
            clear_untrusted_proxy_headers=False,  # ours does, and looks at them first
            max_request_body_size=MAX_DRAINED_BYTES,
            connection_limit=1000,
            asyncore_use_poll=True,
            recv_bytes=RECEIVE_BYTES,
            channel_timeout=120,
            outbuf_high_watermark=MOST_UNREAD_BYTES,
        )
        self._server.channel_class = BoundedChannel
        self._server.waiting = WaitingThreads()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"http-{self.port}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Take no new connection, wait for what is being answered, then close."""
        self._server.accepting = False
        self.drain(timeout_seconds)
        self._stopped.set()
        self._server.pull_trigger()
        self._thread.join(timeout=2)
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map)

    def drain(self, timeout_seconds: float = 10.0) -> None:
        """Wait for what is being answered."""
        deadline = time.monotonic() + timeout_seconds
        dispatcher = self._server.task_dispatcher
        while (dispatcher.queue or dispatcher.active_count > 0) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _run(self) -> None:
        looked = 0.0
        while not self._stopped.is_set():
            wasyncore.loop(timeout=POLL_SECONDS, use_poll=True, map=self._map, count=1)
            if time.monotonic() - looked > POLL_SECONDS:
                looked = time.monotonic()
                for channel in list(self._server.active_channels.values()):
                    channel.close_overdue()
