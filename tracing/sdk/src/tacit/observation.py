"""The decorator: functions, coroutine, generator and async generator functions in, the same out.

Each call becomes a span; what the caller sees does not change.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from types import CoroutineType, NoneType
from typing import Any, Final, Literal, ParamSpec, TypeAlias, TypeVar, cast, get_args, overload

from opentelemetry.context import attach, get_current

from tacit import attributes
from tacit.content import Content, Redact
from tacit.context import detach
from tacit.generator_functions import GeneratorFunction
from tacit.recording import Call, Operation, describe_operation
from tacit.streams import AsyncStream, Stream, StreamRecording, wrap_generator

Kind: TypeAlias = Literal["llm", "agent", "chain", "tool", "retriever", "embedding", "guardrail"]
_P = ParamSpec("_P")
_R = TypeVar("_R")
Function = TypeVar("Function", bound=Callable[..., Any])

_KINDS: Final = get_args(Kind)
_PLAIN_TYPES: Final = frozenset({NoneType, bool, int, float, str, bytes, list, tuple, dict})
"""Results whose types say that they are no streams: the usual case, found without asking each kind of stream."""


@overload
def observe(function: Function, /) -> Function: ...


@overload
def observe(
    *,
    name: str | None = None,
    kind: Kind = "chain",
    capture_input: bool = True,
    capture_output: bool = True,
    redact: Redact | None = None,
) -> Callable[[Function], Function]: ...


def observe(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    kind: Kind = "chain",
    capture_input: bool = True,
    capture_output: bool = True,
    redact: Redact | None = None,
) -> Callable[..., Any]:
    """Makes a span of every call: its arguments, what it gave back, and how it ended.

    `name` is the span's name, by default the function's; `kind` says what the function is, `llm` that it is a
    model call. Without `capture_input` no arguments are written, without `capture_output` no result. `redact`
    takes each text of them, and of errors, and gives back what is written instead; where it raises, that
    content is not written.
    """
    check_kind("observe", kind)
    content = Content(capture_input, capture_output, redact)

    if function is None:
        return functools.partial(_observe, name=name, kind=kind, content=content)
    return _observe(function, name, kind, content)


def check_kind(caller: str, kind: str) -> None:
    if kind not in _KINDS:
        raise ValueError(f"{caller}(kind={kind!r}): no such kind; expected one of {', '.join(_KINDS)}")


def _observe(function: Any, name: str | None, kind: str, content: Content) -> Callable[..., Any]:
    if isinstance(function, (classmethod, staticmethod)):
        return cast("Callable[..., Any]", type(function)(_observe(function.__func__, name, kind, content)))
    if isinstance(function, type):
        raise TypeError(f"observe({function.__qualname__}): a class; observe its methods instead")
    if not callable(function):
        raise TypeError(f"observe({function!r}): expected a function; give a name as observe(name=…)")
    return _choose_wrapper(function)(function, describe_operation(function, name, kind, content))


def _choose_wrapper(function: Callable[..., Any]) -> Callable[[Any, Operation], Callable[..., Any]]:
    code = _find_code(function)
    if inspect.isasyncgenfunction(code) or inspect.isgeneratorfunction(code):
        return _observe_generator_function
    return _observe_coroutine_function if inspect.iscoroutinefunction(code) else _observe_function


def _find_code(function: Any) -> Any:
    """What `inspect` can tell the kind of: of an instance that is called, the method that is run then."""
    if inspect.isroutine(function) or isinstance(function, (functools.partial, GeneratorFunction)):
        return function
    return type(function).__call__


def _observe_function(function: Callable[_P, _R], operation: Operation) -> Callable[_P, _R]:
    @functools.wraps(function)
    def run_observed(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        call = Call(operation, args, kwargs)
        token = attach(call.context)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            call.fail(error)
            raise
        finally:
            detach(token)
        if type(result) not in _PLAIN_TYPES:
            return _follow_result(call, result)
        call.complete(result)
        return result

    return run_observed


def _observe_coroutine_function(
    function: Callable[_P, Awaitable[_R]], operation: Operation
) -> Callable[_P, Awaitable[_R]]:
    @functools.wraps(function)
    async def run_observed(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        call = Call(operation, args, kwargs)
        token = attach(call.context)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            call.fail(error)
            raise
        finally:
            detach(token)
        if type(result) not in _PLAIN_TYPES:
            return _follow_result(call, result)
        call.complete(result)
        return result

    return run_observed


def _follow_result(call: Call, result: _R) -> _R:
    """Ends the call, unless what it gave back is yet to be read or awaited: then with that."""
    if isinstance(result, CoroutineType):
        return cast("_R", _await_observed(result, call))
    from tacit.model_streams import follow_result  # apps whose functions give back plain values need not load it

    followed = follow_result(result, call)
    if followed is not None:
        return cast("_R", followed)
    call.complete(result)
    return result


async def _await_observed(coroutine: Coroutine[Any, Any, _R], call: Call) -> _R:
    """The coroutine that a plain function gave back, run in that function's span."""
    token = attach(call.context)
    try:
        result = await coroutine
    except BaseException as error:
        call.fail(error)
        raise
    finally:
        detach(token)
    return _follow_result(call, result)


def _observe_generator_function(
    function: Callable[_P, Any], operation: Operation
) -> Callable[_P, Stream | AsyncStream]:
    operation = replace(operation, attributes={**operation.attributes, attributes.REQUEST_STREAM: True})

    def start_stream(*args: _P.args, **kwargs: _P.kwargs) -> Stream | AsyncStream:
        generator = function(*args, **kwargs)
        # The conversation and the parent are those of the call: frameworks read the stream somewhere else.
        recording = StreamRecording(functools.partial(Call, operation, args, kwargs, get_current()))
        return wrap_generator(generator, recording)

    return GeneratorFunction(function, start_stream)
