"""How OpenLLMetry is begun, and how it says whose a dialogue is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import workflow

Traceloop.init(
    app_name="shop",
    api_endpoint=os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"],
    disable_batch=True,
    telemetry_enabled=False,
)


@contextmanager
def begin(name: str) -> Iterator[None]:
    Traceloop.set_association_properties({"session_id": name, "user_id": "anna"})
    if name == "prompt":
        Traceloop.set_prompt("Where is my order {order}?", {"order": 4711}, 3)
    yield


__all__ = ["begin", "workflow"]
