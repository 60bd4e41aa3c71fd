"""OTLP over gRPC: `TraceService`, `LogsService` and `MetricsService` as handlers over raw bytes.

The message is asked for only when the key is known, and comes within `MESSAGE_SECONDS`, or the call ends: gRPC would
read 64 MiB of a stranger, and wait for ever in one of few threads for a message that nobody sends. That is why a call
is taken as a stream of one message, which is the same on the wire.

The key comes in the metadata `authorization` or `x-api-key`. Where the store cannot take more, the answer is
UNAVAILABLE with `RetryInfo`, which tells senders when to come again (OTLP specification 1.9).
"""

import threading
from collections.abc import Iterator
from typing import Any, NoReturn
from urllib.parse import unquote

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.code_pb2 import INVALID_ARGUMENT, UNAVAILABLE
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from tracing import figures
from tracing.access.credentials import read_key
from tracing.access.origins import RequestOrigin, find_forwarding
from tracing.receive.encodings import Encoding, write_message
from tracing.receive.otlp import RETRY_AFTER_SECONDS, SIGNALS, RefusedError, Signal, find_project, keep

STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}
MESSAGE_SECONDS = 60.0
"""For 64 MiB, ten megabits a second."""
STATUS_METADATA = "grpc-status-details-bin"


def list_handlers() -> list[Any]:
    """A handler for each of OTLP's services."""
    return [
        grpc.method_handlers_generic_handler(
            signal.service, {"Export": grpc.stream_unary_rpc_method_handler(make_export(signal))}
        )
        for signal in SIGNALS
    ]


def make_export(signal: Signal) -> Any:
    def export(messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        try:
            project_id = find_project(read_metadata_key(context), read_origin(context))
            answer = keep(signal, take_message(messages, context), Encoding.PROTOBUF, project_id)
        except RefusedError as refused:
            figures.REQUESTS.labels("grpc", signal.name, STATUS_CODES[refused.code].name).inc()
            refuse(context, refused)
        figures.REQUESTS.labels("grpc", signal.name, "OK").inc()
        return write_message(answer, Encoding.PROTOBUF)

    return export


def take_message(messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
    """The one message of the call. Raises RefusedError where there is none, or it does not come in time."""
    patience = threading.Timer(MESSAGE_SECONDS, context.cancel)
    patience.daemon = True
    patience.start()
    try:
        message = next(messages, None)
    finally:
        patience.cancel()
    if message is None:
        raise RefusedError(INVALID_ARGUMENT, "The call holds no message; send one.")
    return message


def read_metadata_key(context: grpc.ServicerContext) -> str:
    metadata = {name: value for name, value in context.invocation_metadata() if isinstance(value, str)}
    return read_key(metadata.get("authorization", ""), metadata.get("x-api-key", ""))


def read_origin(context: grpc.ServicerContext) -> RequestOrigin:
    return RequestOrigin(read_peer(context), forwarded=find_forwarding(dict(context.invocation_metadata())))


def read_peer(context: grpc.ServicerContext) -> str:
    """Address and port of the sender, from `ipv4:127.0.0.1:5` or `ipv6:%5B::1%5D:5`."""
    return unquote(context.peer().partition(":")[2])


def refuse(context: grpc.ServicerContext, refused: RefusedError) -> NoReturn:
    status = Status(code=refused.code, message=str(refused))
    if refused.code == UNAVAILABLE:
        status.details.add().Pack(RetryInfo(retry_delay=Duration(seconds=RETRY_AFTER_SECONDS)))
    context.set_trailing_metadata(((STATUS_METADATA, status.SerializeToString()),))
    context.abort(STATUS_CODES[refused.code], str(refused))
    raise AssertionError("abort raises")
