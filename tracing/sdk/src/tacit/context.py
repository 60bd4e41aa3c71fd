"""Ids of the running conversation: from the app into OpenTelemetry's context, and from there onto every span.

A span processor writes them, so that spans of other instrumentations carry them too.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Token
from types import TracebackType
from typing import Any, Final, ParamSpec, TypeVar, cast

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor

from tacit import attributes
from tacit.generator_functions import GeneratorFunction
from tacit.serialisation import make_encodable

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Function = TypeVar("_Function", bound=Callable[..., Any])
_IDS_KEY: Final = otel_context.create_key("tacit-conversation-ids")
_NO_IDS: Final[Mapping[str, str]] = {}


def get_conversation_ids(context: Context | None = None) -> Mapping[str, str]:
    """The attributes that spans of this context shall carry."""
    return cast("Mapping[str, str] | None", otel_context.get_value(_IDS_KEY, context)) or _NO_IDS


def current_trace_id() -> str | None:
    """The id of the running trace in 32 hex digits, for feedback that comes later; None outside of one."""
    span_context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(span_context.trace_id) if span_context.is_valid else None


def detach(token: Token[Context]) -> None:
    """Ends what `attach` began.

    A generator may be closed in another context than it was stepped in, by the garbage collector for one;
    nothing of ours is attached there, and OpenTelemetry's own `detach` would log an error about that.
    """
    try:
        token.var.reset(token)
    except ValueError:
        return


class conversation:  # noqa: N801 - a verb of the API, used like `contextlib.suppress`
    """Everything inside belongs to one conversation: a context manager, and a decorator.

    >>> with conversation(id="c-17", user_id="u-4"):
    ...     dict(get_conversation_ids())
    {'gen_ai.conversation.id': 'c-17', 'user.id': 'u-4'}

    Ids that are not given stay those of the conversation around it.
    """

    def __init__(self, id: str | None = None, user_id: str | None = None, message_id: str | None = None) -> None:
        given = {
            attributes.CONVERSATION_ID: id,
            attributes.USER_ID: user_id,
            attributes.MESSAGE_ID: message_id,
        }
        self._ids = {key: make_encodable(str(value)) for key, value in given.items() if value is not None}
        self._tokens: list[Token[Context]] = []

    def __enter__(self) -> None:
        self._tokens.append(self._attach())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        detach(self._tokens.pop())

    def __call__(self, function: _Function) -> _Function:
        """Observed generator functions keep the ids to their end: put this above `@observe`."""
        if inspect.iscoroutinefunction(function):
            return cast("_Function", self._wrap_coroutine_function(function))
        wrapped = self._wrap_function(function)
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            return cast("_Function", GeneratorFunction(function, wrapped))
        return cast("_Function", wrapped)

    def _attach(self) -> Token[Context]:
        ids = {**get_conversation_ids(), **self._ids}
        return otel_context.attach(otel_context.set_value(_IDS_KEY, ids))

    def _wrap_function(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        @functools.wraps(function)
        def run_in_conversation(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            token = self._attach()
            try:
                return function(*args, **kwargs)
            finally:
                detach(token)

        return run_in_conversation

    def _wrap_coroutine_function(self, function: Callable[_P, Awaitable[_R]]) -> Callable[_P, Awaitable[_R]]:
        @functools.wraps(function)
        async def run_in_conversation(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            token = self._attach()
            try:
                return await function(*args, **kwargs)
            finally:
                detach(token)

        return run_in_conversation


class ConversationProcessor(SpanProcessor):
    """Writes the conversation's ids on every span that starts, whoever started it."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        ids = get_conversation_ids(parent_context)
        if ids:
            span.set_attributes(ids)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - OpenTelemetry's signature
        """Nothing waits here; older SDKs give back None, which reads as a failure."""
        return True
