"""Instrument an AI app with one decorator; hear how every answer ended.

Calls, streams and feedback of the app in, OpenTelemetry spans out.
"""

from tacit.clients import instrument_anthropic, instrument_openai
from tacit.configuration import configure, count_spans, flush
from tacit.context import conversation, current_trace_id
from tacit.feedback import action, feedback
from tacit.model_streams import stream
from tacit.observation import observe
from tacit.prompts import prompt
from tacit.responses import stream_response
from tacit.spans import span
from tacit.streams import stop_stream

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
    "span",
    "stop_stream",
    "stream",
    "stream_response",
]
