"""What real instrumentations wrote, recorded: requests as they were exported."""

import json
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

DIRECTORY = Path(__file__).parent / "conventions/recordings"
NAMES = sorted(path.stem for path in DIRECTORY.glob("*.json"))


@dataclass(frozen=True)
class Recording:
    """One trace with its logs."""

    traces: ExportTraceServiceRequest
    logs: ExportLogsServiceRequest

    @property
    def spans(self) -> list[Span]:
        return [span for group in self.traces.resource_spans for scope in group.scope_spans for span in scope.spans]

    @property
    def records(self) -> list[LogRecord]:
        return [log for group in self.logs.resource_logs for scope in group.scope_logs for log in scope.log_records]

    @property
    def trace_id(self) -> str:
        return self.spans[0].trace_id.hex()


def load_recording(name: str) -> Recording:
    recorded = json.loads((DIRECTORY / f"{name}.json").read_text(encoding="utf-8"))
    return Recording(
        ParseDict(recorded["traces"], ExportTraceServiceRequest()),
        ParseDict(recorded["logs"], ExportLogsServiceRequest()),
    )
