"""One observed call in, one OpenTelemetry span out, with the attributes that `tacit.attributes` names.

Nothing here raises into the app: where a span cannot be made or written, the call runs without.
"""

import functools
import inspect
import logging
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from opentelemetry.context import Context, create_key, get_current, get_value, set_value
from opentelemetry.trace import INVALID_SPAN, Span, StatusCode, set_span_in_context
from opentelemetry.util.types import AttributeValue

from tacit import attributes
from tacit.configuration import get_tracer
from tacit.content import ALL_CONTENT, Content
from tacit.context import get_conversation_ids
from tacit.serialisation import make_encodable

_logger = logging.getLogger(__name__)
_CONTENT_KEY: Final = create_key("tacit-content")
_RECEIVERS: Final = (("self",), ("cls",))
_OPERATION_NAMES: Final[Mapping[str, str]] = {
    "llm": "chat",
    "agent": "invoke_agent",
    "tool": "execute_tool",
    "embedding": "embeddings",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """How positional arguments of a function are called; so many `receivers` come before them and are not shown."""

    positional: tuple[str, ...] = ()
    variadic: str = "args"
    receivers: int = 0

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments by name, without self and cls; those of `**kwargs` by their own names."""
        shown = args[self.receivers :]
        bound: dict[str, Any] = dict(zip(self.positional, shown))  # noqa: B905 - `strict=False` takes half as long again
        if len(shown) > len(self.positional):
            bound[self.variadic] = shown[len(self.positional) :]
        if kwargs:
            bound.update(kwargs)
        return bound


@dataclass(frozen=True, slots=True)
class Operation:
    """What all calls of one observed function have in common."""

    name: str
    parameters: Parameters
    attributes: Mapping[str, str | bool]
    content: Content = ALL_CONTENT


def describe_operation(
    function: Callable[..., Any], name: str | None, kind: str, content: Content = ALL_CONTENT
) -> Operation:
    return Operation(name or name_function(function), read_parameters(function), describe_kind(kind), content)


def describe_kind(kind: str) -> dict[str, str | bool]:
    """The attributes that tell what a call is."""
    if kind not in _OPERATION_NAMES:
        return {attributes.KIND: kind}
    return {attributes.KIND: kind, attributes.OPERATION_NAME: _OPERATION_NAMES[kind]}


def name_function(function: Any) -> str:
    """What a function is called in its module; a partial as what it completes, an instance as its class."""
    while isinstance(function, functools.partial):
        function = function.func
    name: str = getattr(function, "__qualname__", type(function).__qualname__)
    return name.rpartition("<locals>.")[2]


def read_parameters(function: Callable[..., Any]) -> Parameters:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some builtins tell no signature
        return Parameters()
    positional = tuple(one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD))
    variadic = next((one.name for one in parameters if one.kind is one.VAR_POSITIONAL), "args")
    receivers = int(positional[:1] in _RECEIVERS)
    return Parameters(positional[receivers:], variadic, receivers)


def get_content() -> Content:
    """What the observed function that runs lets be written of the models that are called inside."""
    return cast("Content | None", get_value(_CONTENT_KEY)) or ALL_CONTENT


def log_failure() -> None:
    """Tells of the exception under way, which must not reach the app."""
    _logger.warning("tacit could not record a call; the call itself is not affected", exc_info=True)


class Call:
    """The span of one call. Exactly one of `complete`, `fail` and `stop` ends it.

    `attributes` are written with its end, all at once: to write them one by one is what costs most of a span.
    """

    __slots__ = ("attributes", "content", "context", "span", "started")

    def __init__(
        self,
        operation: Operation,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        parent: Context | None = None,
    ) -> None:
        if parent is None:
            parent = get_current()
        self.started = time.perf_counter()
        self.attributes: dict[str, AttributeValue] = {}
        self.content = operation.content
        self.span: Span = INVALID_SPAN
        try:
            self._start(operation, args, kwargs, parent)
        except Exception:
            log_failure()
        self.context = set_span_in_context(self.span, parent)
        if operation.content.limited:
            self.context = set_value(_CONTENT_KEY, operation.content, self.context)

    def _start(self, operation: Operation, args: tuple[Any, ...], kwargs: Mapping[str, Any], parent: Context) -> None:
        told: Mapping[str, Any] | None = None
        ids = get_conversation_ids(parent) if parent else None
        if ids:
            told = {**operation.attributes, **ids}
        elif attributes.OPERATION_NAME in operation.attributes:  # samplers and processors may ask for that
            told = operation.attributes
        self.span = span = get_tracer().start_span(operation.name, parent, attributes=told)
        if span.is_recording():
            if told is None:
                self.attributes = dict(operation.attributes)
            self.set_input(operation.parameters.bind(args, kwargs))

    def set_input(self, arguments: Mapping[str, Any]) -> None:
        """What the call was given, by name, as it is now: what the function does to it later does not show."""
        if self.content.captures_input:
            self.attributes[attributes.ARGUMENTS] = self.content.encode_arguments(arguments)

    def set_output(self, result: object) -> None:
        """The returned text, or JSON of what is not a text; nothing for None."""
        if result is not None and self.content.captures_output:
            self.attributes[attributes.OUTPUT] = self.content.encode_output(result)
            self.attributes[attributes.OUTPUT_TYPE] = "text" if isinstance(result, str) else "json"

    def complete(self, result: object) -> None:
        """The function gave back `result`."""
        if self.span.is_recording():
            self.attributes[attributes.OUTCOME] = "completed"
            try:
                self.set_output(result)
            except Exception:
                log_failure()
            self._end()

    def fail(self, error: BaseException) -> None:
        """The function raised: an error, or what somebody used to stop it."""
        if not isinstance(error, Exception):
            self.stop(tell_who_stopped(error))
        elif self.span.is_recording():
            try:
                self._set_error(error)
            except Exception:
                log_failure()
            self._end()

    def stop(self, ended_by: str) -> None:
        """Somebody ended it before it was through: `client`, `app_code`, `timeout`, `shutdown` or `unknown`."""
        if self.span.is_recording():
            self.attributes[attributes.OUTCOME] = "stopped"
            self.attributes[attributes.ENDED_BY] = ended_by
            self._end()

    def _set_error(self, error: Exception) -> None:
        """What `Span.record_exception` writes, with texts that can be encoded whatever users typed into them."""
        name = name_class(type(error))
        self.attributes[attributes.OUTCOME] = "error"
        self.attributes[attributes.ERROR_TYPE] = name
        self.span.set_status(StatusCode.ERROR, name)
        message = self.content.redact_text(describe_error(error))
        event = {
            "exception.type": name,
            "exception.message": message,
            "exception.stacktrace": self.content.redact_text(format_traceback(error)),
            "exception.escaped": "True",
        }
        self.span.set_status(StatusCode.ERROR, f"{name}: {message}" if message else name)
        self.span.add_event("exception", event)

    def _end(self) -> None:
        try:
            self.span.set_attributes(self.attributes)
            self.span.end()
        except Exception:
            log_failure()


def describe_error(error: BaseException) -> str:
    try:
        return make_encodable(str(error))
    except Exception:
        return ""


def format_traceback(error: BaseException) -> str:
    return make_encodable("".join(traceback.format_exception(error)))


def name_class(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def tell_who_stopped(error: BaseException) -> str:
    """Who ends a call by this exception. Asyncio does not tell a time limit from any other cancellation."""
    return "shutdown" if isinstance(error, SystemExit) else "unknown"
