"""OTLP whatever it travels in: a key and the bytes of a request come in, the answer goes out after the commit.

HTTP and gRPC are thin edges over `find_project` and `keep`; both raise `RefusedError` with the code of `google.rpc`.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from google.protobuf.message import Message
from google.rpc.code_pb2 import INVALID_ARGUMENT, PERMISSION_DENIED, UNAUTHENTICATED, UNAVAILABLE
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tracing import figures
from tracing.access.decisions import NotAllowedError, authorise_ingest
from tracing.access.origins import RequestOrigin
from tracing.ingest import BacklogFullError, get_ingest
from tracing.own_traces import MARK, REFUSAL, find_prefix, note_marked
from tracing.receive.decoding import ColumnBatch, decode_logs, decode_spans
from tracing.receive.encodings import Encoding, InvalidBodyError, parse_message
from tracing.receive.values import Limits

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024 * 1024
RETRY_AFTER_SECONDS = 1


class RefusedError(Exception):
    """A request that was not kept: the code of `google.rpc`, and what to do."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Signal:
    """One of OTLP's kinds of data; those without a table are taken and not stored."""

    name: str
    service: str
    request: type[Message]
    response: type[Message]
    table: str = ""
    decode: Callable[[Any, int, Limits], ColumnBatch] | None = None
    rejected_field: str = ""


PACKAGE = "opentelemetry.proto.collector"
SIGNALS = (
    Signal(
        "traces",
        f"{PACKAGE}.trace.v1.TraceService",
        ExportTraceServiceRequest,
        ExportTraceServiceResponse,
        "otel_traces",
        decode_spans,
        "rejected_spans",
    ),
    Signal(
        "logs",
        f"{PACKAGE}.logs.v1.LogsService",
        ExportLogsServiceRequest,
        ExportLogsServiceResponse,
        "otel_logs",
        decode_logs,
        "rejected_log_records",
    ),
    Signal(
        "metrics",
        f"{PACKAGE}.metrics.v1.MetricsService",
        ExportMetricsServiceRequest,
        ExportMetricsServiceResponse,
    ),
)


def find_project(key: str, origin: RequestOrigin) -> int:
    """Number of the project of the request's key, or of the open server's default project."""
    close_old_connections()
    try:
        project_id = authorise_ingest(key, origin)
    except NotAllowedError as error:
        raise RefusedError(PERMISSION_DENIED, str(error)) from error
    except DatabaseError as error:
        logger.exception("No key could be looked up")
        raise RefusedError(UNAVAILABLE, "Keys cannot be looked up now; nothing was kept. Send it again.") from error
    if project_id is None:
        raise RefusedError(
            UNAUTHENTICATED,
            "This server takes data with a project's key only: send it as `Authorization: Bearer <key>`.",
        )
    return project_id


def keep(signal: Signal, data: bytes, encoding: Encoding, project_id: int) -> Message:
    """Store what the body holds; the answer, once that is committed."""
    ingest = get_ingest()
    try:
        with ingest.admit(len(data)):
            batch = refuse_own(decode(signal, parse_message(data, signal.request, encoding), project_id))
            ingest.commit(signal.table, batch)
    except InvalidBodyError as error:
        raise RefusedError(INVALID_ARGUMENT, str(error)) from error
    except BacklogFullError as error:
        raise RefusedError(UNAVAILABLE, str(error)) from error
    except Exception as error:  # whatever it was, nothing was kept, and the sender must hear it
        message = "The store did not take the data; nothing was kept. Send it again."
        raise RefusedError(UNAVAILABLE, message) from error
    return answer(signal, batch)


def refuse_own(batch: ColumnBatch) -> ColumnBatch:
    """Without spans of this very installation, which would make more of themselves."""
    ids = batch.columns.get("TraceId", [])
    if not any(each.startswith(MARK) for each in ids):
        return batch
    note_marked(ids)
    prefix = find_prefix(settings.SECRET_KEY)
    kept = [place for place, each in enumerate(ids) if not each.startswith(prefix)]
    if len(kept) == len(ids):
        return batch
    columns = {name: [values[place] for place in kept] for name, values in batch.columns.items()}
    return replace(batch, columns=columns, rejected=batch.rejected + len(ids) - len(kept), reason=REFUSAL)


def decode(signal: Signal, request: Message, project_id: int) -> ColumnBatch:
    """The rows of a request; none of a signal that is not stored, whose records are counted."""
    if signal.decode is None:
        figures.NOT_STORED.labels(signal.name).inc(count_data_points(request))
        return ColumnBatch({"project_id": []})
    limits = Limits(settings.MAX_VALUE_CHARACTERS, settings.MAX_ATTRIBUTES)
    try:
        return signal.decode(request, project_id, limits)
    except Exception:
        logger.exception("A request with %s could not be decoded; this is a fault of Tacit", signal.name)
        raise


def count_data_points(request: Any) -> int:
    """How many points there are in all metrics of a request."""
    return sum(
        len(getattr(metric, kind).data_points)
        for resource_metrics in request.resource_metrics
        for scope_metrics in resource_metrics.scope_metrics
        for metric in scope_metrics.metrics
        if (kind := metric.WhichOneof("data"))
    )


def answer(signal: Signal, batch: ColumnBatch) -> Message:
    """What OTLP says of a request that was kept: nothing, or how many records were invalid and why."""
    response: Any = signal.response()
    if batch.rejected:
        figures.count_rejected(signal.name, batch.reason, batch.rejected)
        setattr(response.partial_success, signal.rejected_field, batch.rejected)
        response.partial_success.error_message = batch.reason
    return cast(Message, response)
