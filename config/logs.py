"""What is logged comes in, a line of JSON goes out: one object with the same names each time, for programs to read."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from celery import current_task

from config.requests import REQUEST_ID
from tracing.own_traces import OWN


class JsonFormatter(logging.Formatter):
    """Time, level, logger, process and message; what was raised with its trace, and where the line was written."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            "thread": record.threadName,
            "at": f"{record.pathname}:{record.lineno}",
            **find_work(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def find_work() -> dict[str, str]:
    """What this thread is at: the request as its answer numbers it, the task, and the trace where there is one."""
    told = {"request": REQUEST_ID.get(), "task": current_task.name if current_task else "", "trace": find_trace()}
    return {name: value for name, value in told.items() if value}


def find_trace() -> str:
    if OWN.tracer is None:
        return ""
    from opentelemetry.trace import format_trace_id, get_current_span

    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.is_valid else ""
