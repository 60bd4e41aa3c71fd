"""One observed call in, one OpenTelemetry span out, with the attributes that `tacit.attributes` names.

Nothing here raises into the app: where a span cannot be made or written, the call runs without.
"""

import asyncio
import functools
import inspect
import logging
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, Final, ParamSpec

from opentelemetry.context import Context, get_current
from opentelemetry.trace import INVALID_SPAN, Span, StatusCode, set_span_in_context

from tacit import attributes
from tacit.configuration import get_tracer
from tacit.context import get_conversation_ids
from tacit.serialisation import cut_text, encode_arguments, encode_text_or_json, make_encodable

_logger = logging.getLogger(__name__)
_P = ParamSpec("_P")
_RECEIVERS: Final = frozenset({"self", "cls"})
_OPERATION_NAMES: Final[Mapping[str, str]] = {
    "llm": "chat",
    "agent": "invoke_agent",
    "tool": "execute_tool",
    "embedding": "embeddings",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """How positional arguments of a function are called."""

    positional: tuple[str, ...] = ()
    variadic: str = "args"

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments by name, without self and cls; those of `**kwargs` by their own names."""
        bound: dict[str, Any] = dict(zip(self.positional, args, strict=False))
        if len(args) > len(self.positional):
            bound[self.variadic] = args[len(self.positional) :]
        if self.positional and self.positional[0] in _RECEIVERS:
            bound.pop(self.positional[0], None)
        bound.update(kwargs)
        return bound


@dataclass(frozen=True, slots=True)
class Operation:
    """What all calls of one observed function have in common."""

    name: str
    parameters: Parameters
    attributes: Mapping[str, str | bool]


def describe_operation(function: Callable[..., Any], name: str | None, kind: str) -> Operation:
    own_name = getattr(function, "__qualname__", type(function).__name__).rpartition("<locals>.")[2]
    common: dict[str, str | bool] = {attributes.KIND: kind}
    if kind in _OPERATION_NAMES:
        common[attributes.OPERATION_NAME] = _OPERATION_NAMES[kind]
    return Operation(name or own_name, read_parameters(function), common)


def read_parameters(function: Callable[..., Any]) -> Parameters:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some builtins tell no signature
        return Parameters()
    positional = tuple(one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD))
    variadic = next((one.name for one in parameters if one.kind is one.VAR_POSITIONAL), "args")
    return Parameters(positional, variadic)


def keep_from_app(record: Callable[Concatenate["Call", _P], None], /) -> Callable[Concatenate["Call", _P], None]:
    """What goes wrong while recording is logged; the app's own call goes on."""

    @functools.wraps(record)
    def record_safely(call: "Call", /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            record(call, *args, **kwargs)
        except Exception:
            _logger.warning("tacit could not record a call; the call itself is not affected", exc_info=True)

    return record_safely


class Call:
    """The span of one call. Exactly one of `complete`, `fail` and `stop` ends it."""

    __slots__ = ("context", "span", "started")

    def __init__(
        self,
        operation: Operation,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        parent: Context | None = None,
    ) -> None:
        parent = get_current() if parent is None else parent
        self.started = time.perf_counter()
        self.span: Span = INVALID_SPAN
        self._start(operation, args, kwargs, parent)
        self.context = set_span_in_context(self.span, parent)

    @keep_from_app
    def _start(self, operation: Operation, args: tuple[Any, ...], kwargs: Mapping[str, Any], parent: Context) -> None:
        span = get_tracer().start_span(operation.name, parent, attributes=operation.attributes)
        self.span = span
        if span.is_recording():
            arguments = operation.parameters.bind(args, kwargs)
            span.set_attribute(attributes.ARGUMENTS, encode_arguments(arguments))
            for key, value in get_conversation_ids(parent).items():
                span.set_attribute(key, value)

    @keep_from_app
    def complete(self, result: object) -> None:
        """The function gave back `result`."""
        span = self.span
        if span.is_recording():
            span.set_attribute(attributes.OUTCOME, "completed")
            write_output(span, result)
        span.end()

    @keep_from_app
    def fail(self, error: BaseException) -> None:
        """The function raised: an error, or what somebody used to stop it."""
        if isinstance(error, Exception):
            record_error(self.span, error)
            self.span.end()
        else:
            self.stop(tell_who_stopped(error))

    @keep_from_app
    def stop(self, ended_by: str) -> None:
        self.span.set_attributes({attributes.OUTCOME: "stopped", attributes.ENDED_BY: ended_by})
        self.span.end()


def write_output(span: Span, result: object) -> None:
    """The returned text, or JSON of what is not a text; nothing for None."""
    if result is None:
        return
    span.set_attribute(attributes.OUTPUT, cut_text(encode_text_or_json(result)))
    span.set_attribute(attributes.OUTPUT_TYPE, "text" if isinstance(result, str) else "json")


def record_error(span: Span, error: Exception) -> None:
    """What `Span.record_exception` writes, with texts that can be encoded whatever users typed into them."""
    if not span.is_recording():
        return
    name = name_class(type(error))
    message = describe_error(error)
    event = {
        "exception.type": name,
        "exception.message": message,
        "exception.stacktrace": make_encodable("".join(traceback.format_exception(error))),
        "exception.escaped": "True",
    }
    span.set_attributes({attributes.OUTCOME: "error", attributes.ERROR_TYPE: name})
    span.set_status(StatusCode.ERROR, f"{name}: {message}" if message else name)
    span.add_event("exception", event)


def describe_error(error: BaseException) -> str:
    try:
        return make_encodable(str(error))
    except Exception:
        return ""


def name_class(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def tell_who_stopped(error: BaseException) -> str:
    """Who ends a call by this exception. Asyncio does not tell a time limit from any other cancellation."""
    return "shutdown" if isinstance(error, SystemExit) else "unknown"


def may_be_cancelling() -> bool:
    """Whether the running task, if any, is being cancelled; Python 3.10 does not tell."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return False
    return task is not None and getattr(task, "cancelling", lambda: 1)() > 0
