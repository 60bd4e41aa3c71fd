"""Instrument an AI app with one decorator; hear how every answer ended.

Calls, streams and feedback of the app in, OpenTelemetry spans out.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

from tacit.clients import instrument_anthropic, instrument_openai
from tacit.configuration import configure, count_spans, flush
from tacit.context import conversation, current_trace_id
from tacit.feedback import action, feedback
from tacit.observation import observe
from tacit.spans import span
from tacit.streams import stop_stream

if TYPE_CHECKING:
    from tacit.asking import should_ask, should_ask_async
    from tacit.model_streams import stream
    from tacit.prompts import prompt
    from tacit.responses import stream_response

__all__ = [
    "action",
    "configure",
    "conversation",
    "count_spans",
    "current_trace_id",
    "feedback",
    "flush",
    "instrument_anthropic",
    "instrument_openai",
    "observe",
    "prompt",
    "should_ask",
    "should_ask_async",
    "span",
    "stop_stream",
    "stream",
    "stream_response",
]

_LOADED_ON_USE: Final = {
    "prompt": "tacit.prompts",
    "should_ask": "tacit.asking",
    "should_ask_async": "tacit.asking",
    "stream": "tacit.model_streams",
    "stream_response": "tacit.responses",
}
"""Names whose modules many apps never need, so that those need not wait for them at their start."""


def __getattr__(name: str) -> Any:
    module = _LOADED_ON_USE.get(name)
    if module is None:
        raise AttributeError(f"module 'tacit' has no attribute {name!r}")
    return globals().setdefault(name, getattr(importlib.import_module(module), name))


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
