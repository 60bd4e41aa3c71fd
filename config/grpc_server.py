"""A gRPC server for OTLP, bound before it starts, which can be drained."""

from concurrent.futures import ThreadPoolExecutor

import grpc

from config.http_server import PortBusyError
from tracing.receive.grpc import list_handlers
from tracing.receive.otlp import MAX_BODY_BYTES

THREADS = 32
"""Requests that are answered at one time; each waits for its commit, and those beyond wait in their connections."""

OPTIONS = (
    ("grpc.max_receive_message_length", MAX_BODY_BYTES),
    ("grpc.so_reuseport", 0),
    ("grpc.max_concurrent_streams", 100),
    ("grpc.max_metadata_size", 8 * 1024),
    ("grpc.absolute_max_metadata_size", 16 * 1024),
    ("grpc.keepalive_time_ms", 60_000),  # who does not answer within
    ("grpc.keepalive_timeout_ms", 20_000),  # is gone
    ("grpc.max_connection_idle_ms", 600_000),
    ("grpc.http2.max_ping_strikes", 2),  # of more than one in five minutes without a call
)


class GrpcServer:
    """Answers OTLP's services on `port`; 0 lets the system choose. Raises PortBusyError."""

    def __init__(self, host: str, port: int) -> None:
        self._server = grpc.server(
            ThreadPoolExecutor(THREADS, thread_name_prefix="grpc"), handlers=list_handlers(), options=OPTIONS
        )
        name = f"[{host}]" if ":" in host else host
        try:
            self.port: int = self._server.add_insecure_port(f"{name}:{port}")
        except RuntimeError as error:
            raise PortBusyError(f"port {port} of {host} is taken") from error

    def start(self) -> None:
        self._server.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Take nothing new, wait for what is being answered, then close."""
        self._server.stop(timeout_seconds).wait()
