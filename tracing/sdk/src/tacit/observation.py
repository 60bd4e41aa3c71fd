"""The decorator: functions, coroutine, generator and async generator functions in, the same out.

Each call becomes a span; what the caller sees does not change.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal, ParamSpec, TypeAlias, TypeVar, cast, get_args, overload

from opentelemetry.context import attach, get_current

from tacit import attributes
from tacit.context import detach
from tacit.generator_functions import GeneratorFunction
from tacit.recording import Call, Operation, describe_operation
from tacit.streams import STREAM_TYPES, AsyncStream, Stream, StreamRecording, follow_stream, wrap_generator

Kind: TypeAlias = Literal["llm", "agent", "chain", "tool", "retriever", "embedding", "guardrail"]
_P = ParamSpec("_P")
_R = TypeVar("_R")
Function = TypeVar("Function", bound=Callable[..., Any])

_KINDS: Final = get_args(Kind)


@overload
def observe(function: Function, /) -> Function: ...


@overload
def observe(*, name: str | None = None, kind: Kind = "chain") -> Callable[[Function], Function]: ...


def observe(
    function: Callable[..., Any] | None = None, /, *, name: str | None = None, kind: Kind = "chain"
) -> Callable[..., Any]:
    """Makes a span of every call: its arguments, what it gave back, and how it ended.

    `name` is the span's name, by default the function's; `kind` says what the function is, `llm` that it is a
    model call.
    """
    if kind not in _KINDS:
        raise ValueError(f"observe(kind={kind!r}): no such kind; expected one of {', '.join(_KINDS)}")
    if function is None:
        return functools.partial(_observe, name=name, kind=kind)
    return _observe(function, name, kind)


def _observe(function: Callable[..., Any], name: str | None, kind: Kind) -> Callable[..., Any]:
    if isinstance(function, (classmethod, staticmethod)):
        return cast("Callable[..., Any]", type(function)(_observe(function.__func__, name, kind)))
    if not callable(function):
        raise TypeError(f"observe({function!r}): expected a function; give a name as observe(name=…)")
    return _choose_wrapper(function)(function, describe_operation(function, name, kind))


def _choose_wrapper(function: Callable[..., Any]) -> Callable[[Any, Operation], Callable[..., Any]]:
    if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        return _observe_generator_function
    return _observe_coroutine_function if inspect.iscoroutinefunction(function) else _observe_function


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
        return _end_call(call, result)

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
        return _end_call(call, result)

    return run_observed


def _end_call(call: Call, result: _R) -> _R:
    if isinstance(result, STREAM_TYPES):
        return cast("_R", follow_stream(result, call))
    call.complete(result)
    return result


def _observe_generator_function(
    function: Callable[_P, Any], operation: Operation
) -> Callable[_P, Stream | AsyncStream]:
    operation = Operation(
        operation.name, operation.parameters, {**operation.attributes, attributes.REQUEST_STREAM: True}
    )

    def start_stream(*args: _P.args, **kwargs: _P.kwargs) -> Stream | AsyncStream:
        generator = function(*args, **kwargs)
        # The conversation and the parent are those of the call: frameworks read the stream somewhere else.
        recording = StreamRecording(functools.partial(Call, operation, args, kwargs, get_current()))
        return wrap_generator(generator, recording)

    return GeneratorFunction(function, start_stream)
