"""OTLP over gRPC: `TraceService`, `LogsService` and `MetricsService` as handlers over raw bytes.

The key comes in the metadata `authorization` or `x-api-key`. Where the store cannot take more, the answer is
UNAVAILABLE with `RetryInfo`, which tells senders when to come again (OTLP specification 1.9).
"""

from typing import Any, NoReturn
from urllib.parse import unquote

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.code_pb2 import UNAVAILABLE
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from tracing import figures
from tracing.access.credentials import read_key
from tracing.access.origins import RequestOrigin, find_forwarding
from tracing.receive.encodings import Encoding, write_message
from tracing.receive.otlp import RETRY_AFTER_SECONDS, SIGNALS, RefusedError, Signal, find_project, keep

STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}
STATUS_METADATA = "grpc-status-details-bin"


def list_handlers() -> list[Any]:
    """A handler for each of OTLP's services; bodies are parsed only after the key was looked at."""
    return [
        grpc.method_handlers_generic_handler(
            signal.service, {"Export": grpc.unary_unary_rpc_method_handler(make_export(signal))}
        )
        for signal in SIGNALS
    ]


def make_export(signal: Signal) -> Any:
    def export(data: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            project_id = find_project(read_metadata_key(context), read_origin(context))
            answer = keep(signal, data, Encoding.PROTOBUF, project_id)
        except RefusedError as refused:
            figures.REQUESTS.labels("grpc", signal.name, STATUS_CODES[refused.code].name).inc()
            refuse(context, refused)
        figures.REQUESTS.labels("grpc", signal.name, "OK").inc()
        return write_message(answer, Encoding.PROTOBUF)

    return export


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
