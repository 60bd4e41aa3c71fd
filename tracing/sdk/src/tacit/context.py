"""The running conversation: from the app into OpenTelemetry's context, and from there onto every span.

A span processor writes it, so that spans of other instrumentations carry it too. Its id travels to other services in
W3C baggage, where a propagator sends that; of baggage that comes in, ids alone are believed.
"""

import functools
import inspect
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Token
from types import AsyncGeneratorType, GeneratorType, TracebackType
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar, cast

from opentelemetry import baggage, trace
from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor

from tacit import attributes
from tacit.generator_functions import GeneratorFunction
from tacit.privacy import get_policy, protect_at_end
from tacit.serialisation import encode_json, make_encodable

Values: TypeAlias = Mapping[str, str | tuple[str, ...]]
_P = ParamSpec("_P")
_R = TypeVar("_R")
_Function = TypeVar("_Function", bound=Callable[..., Any])

OWN_SCOPE: Final = "tacit"
"""Name of the tracer that makes our own spans."""
IDS: Final = (attributes.CONVERSATION_ID, attributes.USER_ID, attributes.MESSAGE_ID)
_VALUES_KEY: Final = otel_context.create_key("tacit-conversation")
_SPAN_VALUES_KEY: Final = otel_context.create_key("tacit-values-of-model-calls")
_NO_VALUES: Final[Values] = {}
_LONGEST_BAGGAGE_ID: Final = 200
"""Characters; three such ids, all of letters that take nine bytes in a header, fit in the 8,192 bytes of W3C."""
_logger = logging.getLogger(__name__)


def get_conversation_ids(context: Context | None = None) -> Values:
    """The attributes that spans of this context shall carry: of the app's conversation, else the ids of baggage."""
    context = otel_context.get_current() if context is None else context
    return cast("Values | None", context.get(_VALUES_KEY)) or _read_baggage(context)


def _read_baggage(context: Context) -> Values:
    """Ids that another service sent along; nothing else that comes from outside is taken onto spans."""
    carried = baggage.get_all(context)
    if not carried:
        return _NO_VALUES
    return {key: make_encodable(str(carried[key])[:_LONGEST_BAGGAGE_ID]) for key in IDS if carried.get(key)}


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

    `tags` are filed under, `metadata` is kept beside every call, `environment` and `release` win over those of the
    service. What is not given stays that of the conversation around it; tags and metadata are added to.

    The conversation's id goes into OpenTelemetry's baggage, which instrumented HTTP clients send to every host they
    call. `propagate=True` puts the user's and the message's id there, too; with `propagate=False` nothing goes there.
    """

    def __init__(
        self,
        id: str | None = None,
        user_id: str | None = None,
        message_id: str | None = None,
        tags: Iterable[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        environment: str | None = None,
        release: str | None = None,
        *,
        propagate: bool | None = None,
    ) -> None:
        given = {
            attributes.CONVERSATION_ID: id,
            attributes.USER_ID: user_id,
            attributes.MESSAGE_ID: message_id,
            attributes.ENVIRONMENT: environment,
            attributes.RELEASE: release,
        }
        self._texts = {key: write_text(value) for key, value in given.items() if value is not None}
        self._tags = read_tags(tags)
        self._metadata = read_metadata(metadata)
        self._propagated = {None: IDS[:1], True: IDS, False: ()}.get(propagate, ())
        self._tokens: list[Token[Context]] = []

    def __enter__(self) -> None:
        self._tokens.append(otel_context.attach(self._make_context()))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        detach(self._tokens.pop())

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: _Function) -> _Function:
        """Generators run in the conversation to their end, and nobody who reads them does."""
        if inspect.iscoroutinefunction(function):
            return cast("_Function", self._wrap_coroutine_function(function))
        wrapped = self._wrap_function(function)
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            return cast("_Function", GeneratorFunction(function, wrapped))
        return cast("_Function", wrapped)

    def _make_context(self) -> Context:
        around = get_conversation_ids()
        if self._texts.get(attributes.CONVERSATION_ID, "") != around.get(attributes.CONVERSATION_ID, ""):
            around = {key: value for key, value in around.items() if key != attributes.MESSAGE_ID}
        values = {**around, **self._texts, **self._add_lists(around)}
        return self._write_baggage(otel_context.set_value(_VALUES_KEY, values))

    def _add_lists(self, around: Values) -> dict[str, str | tuple[str, ...]]:
        added: dict[str, str | tuple[str, ...]] = {}
        if self._tags:
            added[attributes.TAGS] = tuple(dict.fromkeys((*around.get(attributes.TAGS, ()), *self._tags)))
        if self._metadata:
            before = json.loads(cast("str", around.get(attributes.METADATA, "{}")))
            added[attributes.METADATA] = encode_json({**before, **self._metadata})
        return added

    def _write_baggage(self, context: Context) -> Context:
        """An id that is given replaces the one around, or takes it out where it shall not travel itself."""
        for key in IDS:
            text = self._texts.get(key)
            if text is not None and key in self._propagated and may_travel(text):
                context = baggage.set_baggage(key, text, context)
            elif text is not None and baggage.get_baggage(key, context) is not None:
                context = baggage.remove_baggage(key, context)
        return context

    def _wrap_function(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        @functools.wraps(function)
        def run_in_conversation(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            context = self._make_context()
            token = otel_context.attach(context)
            try:
                result = function(*args, **kwargs)
            finally:
                detach(token)
            return cast("_R", keep_context(result, context))

        return run_in_conversation

    def _wrap_coroutine_function(self, function: Callable[_P, Awaitable[_R]]) -> Callable[_P, Awaitable[_R]]:
        @functools.wraps(function)
        async def run_in_conversation(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            token = otel_context.attach(self._make_context())
            try:
                return await function(*args, **kwargs)
            finally:
                detach(token)

        return run_in_conversation


def write_text(value: object) -> str:
    try:
        return make_encodable(str(value))
    except Exception:
        return f"<{type(value).__name__}>"


def read_tags(tags: Iterable[str] | None) -> tuple[str, ...]:
    """Texts of any iterable; a single text is one tag."""
    if tags is None or isinstance(tags, str):
        return () if tags is None else (write_text(tags),)
    try:
        return tuple(write_text(tag) for tag in tags)
    except Exception:
        _logger.warning("tacit.conversation(tags=%s): expected a list of texts; left out", type(tags).__name__)
        return ()


def read_metadata(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """The mapping as JSON knows it, as it is now."""
    if metadata is None:
        return {}
    read = json.loads(encode_json(metadata))
    if isinstance(read, dict):
        return read
    _logger.warning("tacit.conversation(metadata=%s): expected a mapping; left out", type(metadata).__name__)
    return {}


def may_travel(text: str) -> bool:
    """Whether an id fits in a header, and holds nothing that a mask or the app's hook would hide."""
    return 0 < len(text) <= _LONGEST_BAGGAGE_ID and get_policy().protect_id(text) == text


def set_span_values(values: Values, context: Context) -> Context:
    """A context in which model calls carry these attributes, too; the span that is current there knows the caller."""
    return otel_context.set_value(_SPAN_VALUES_KEY, (trace.get_current_span(context), values), context)


def _get_span_values(span: Span, context: Context) -> Values:
    """What a prompt around writes on spans that are begun right in it, and on model calls beneath those."""
    found = context.get(_SPAN_VALUES_KEY)
    if found is None:
        return _NO_VALUES
    around, values = cast("tuple[trace.Span, Values]", found)
    is_direct = trace.get_current_span(context) is around
    return values if is_direct or attributes.OPERATION_NAME in (span.attributes or {}) else _NO_VALUES


def is_ours(span: Span) -> bool:
    """Whether a tracer of ours makes the span."""
    scope = span.instrumentation_scope
    return scope is not None and scope.name == OWN_SCOPE


class ConversationProcessor(SpanProcessor):
    """Writes the conversation on every span that starts, whoever started it; protects our own as they end."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        context = otel_context.get_current() if parent_context is None else parent_context
        if context:  # nothing is carried in most calls outside of a conversation
            for values in (get_conversation_ids(context), _get_span_values(span, context)):
                if values:
                    span.set_attributes(values)
        if not get_policy().changes_nothing and is_ours(span):
            protect_at_end(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - OpenTelemetry's signature
        """Nothing waits here; older SDKs give back None, which reads as a failure."""
        return True


def keep_context(result: object, context: Context) -> object:
    """A generator that runs in the context, step by step; anything else as it is. Observed streams keep it already."""
    if isinstance(result, GeneratorType):
        return ContextGenerator(result, context)
    if isinstance(result, AsyncGeneratorType):
        return AsyncContextGenerator(result, context)
    return result


class _Steps:
    """`with steps.take():` is one step of a generator; what its body leaves attached is back at the next one."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @contextmanager
    def take(self) -> Iterator[None]:
        token = otel_context.attach(self._context)
        try:
            yield
        finally:
            self._context = otel_context.get_current()
            detach(token)


class ContextGenerator(Generator[Any, Any, Any]):
    """A generator whose body runs in a context of its own."""

    def __init__(self, generator: Generator[Any, Any, Any], context: Context) -> None:
        self._generator = generator
        self._steps = _Steps(context)

    def send(self, value: Any) -> Any:
        with self._steps.take():
            return self._generator.send(value)

    def throw(self, *error: Any) -> Any:
        with self._steps.take():
            return self._generator.throw(*error)

    def close(self) -> None:
        with self._steps.take():
            self._generator.close()


class AsyncContextGenerator(AsyncGenerator[Any, Any]):
    """An async generator whose body runs in a context of its own."""

    def __init__(self, generator: AsyncGenerator[Any, Any], context: Context) -> None:
        self._generator = generator
        self._steps = _Steps(context)

    async def asend(self, value: Any) -> Any:
        with self._steps.take():
            return await self._generator.asend(value)

    async def athrow(self, *error: Any) -> Any:
        with self._steps.take():
            return await self._generator.athrow(*error)

    async def aclose(self) -> None:
        with self._steps.take():
            await self._generator.aclose()
