"""The one method that every call of a client goes through in, the same method out, which records what goes by.

Both clients have `request` for it, sync and async, whatever stands in front: `create`, `parse`, `stream`, raw
responses, tool runners. Retries are within. What a call gives back stays the object that it was.
"""

import copy
import functools
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from opentelemetry import context as otel_context

from tacit import attributes as keys
from tacit.clients.bodies import choose_body, decode
from tacit.clients.recording import Api, ModelCall, ModelStreamRecording, wrap_reading
from tacit.clients.requests import Attributes
from tacit.context import detach
from tacit.fields import get_field, get_text
from tacit.recording import log_failure

_Request: TypeAlias = Callable[..., Any]
_METHOD: Final = "request"
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_READING: Final = ("iter_bytes", "aiter_bytes")
_CLOSING: Final = ("close", "aclose")
_lock = threading.Lock()
_patches: Final[dict[type, tuple[_Request, _Request]]] = {}
"""Of each patched class its own method and ours."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client's package: which of its endpoints are recorded, and who answers an instance of it."""

    apis: Mapping[str, Api]
    find_provider: Callable[[object], str]
    sync_class: type
    async_class: type
    stream_types: tuple[type, ...]


def patch_client(client: Client) -> None:
    """Records the calls of all instances, those made before too. Does nothing the second time."""
    with _lock:
        for patched, record in ((client.sync_class, _record), (client.async_class, _record_async)):
            if not any(owner in _patches for owner in patched.__mro__):
                owner = find_owner(patched)
                original = vars(owner)[_METHOD]
                _patches[owner] = (original, record(original, client))
                setattr(owner, _METHOD, _patches[owner][1])


def restore_client(client: Client) -> None:
    """Puts the client's own methods back, where nobody else has patched them since."""
    with _lock:
        for owner in (*client.sync_class.__mro__, *client.async_class.__mro__):
            original, ours = _patches.pop(owner, (None, None))
            if ours is not None and vars(owner)[_METHOD] is ours:
                setattr(owner, _METHOD, original)


def find_owner(patched: type) -> type:
    """The class that the method is defined in, from which clients for other providers inherit it as well."""
    return next(owner for owner in patched.__mro__ if _METHOD in vars(owner))


def _record(original: Any, client: Client) -> _Request:
    @functools.wraps(original)
    def request(instance: object, *args: Any, **kwargs: Any) -> Any:
        send = original.__get__(instance, type(instance))  # bound, as others who have patched it expect
        call = open_call(client, instance, args, kwargs)
        if call is None:
            return send(*args, **kwargs)
        token = otel_context.attach(call.context)
        try:
            result = send(*args, **kwargs)
        except BaseException as error:
            call.fail(error)
            raise
        finally:
            detach(token)
        follow_result(client, call, result)
        return result

    return request


def _record_async(original: Any, client: Client) -> _Request:
    @functools.wraps(original)
    async def request(instance: object, *args: Any, **kwargs: Any) -> Any:
        send = original.__get__(instance, type(instance))
        call = open_call(client, instance, args, kwargs)
        if call is None:
            return await send(*args, **kwargs)
        token = otel_context.attach(call.context)
        try:
            result = await send(*args, **kwargs)
        except BaseException as error:
            call.fail(error)
            raise
        finally:
            detach(token)
        follow_result(client, call, result)
        return result

    return request


def open_call(client: Client, instance: object, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> ModelCall | None:
    """The span of a call to one of the client's APIs; None where it is none, or cannot be recorded."""
    try:
        if otel_context.get_value("suppress_instrumentation"):
            return None
        options = kwargs["options"] if "options" in kwargs else args[1]  # after the type that is wanted
        api = client.apis.get(get_text(options, "url").partition("?")[0])
        if api is None or get_text(options, "method").lower() != "post":
            return None
        return ModelCall(api, read_body(options), read_place(client, instance), kwargs.get("stream") is True)
    except Exception:
        log_failure()
        return None


def read_body(options: object) -> Mapping[str, Any]:
    """What is sent, with what the app adds to it by `extra_body`."""
    parts = [get_field(options, name) for name in ("json_data", "extra_json")]
    return {name: value for part in parts if isinstance(part, Mapping) for name, value in part.items()}


def read_place(client: Client, instance: object) -> Attributes:
    """Who is called, and where."""
    url = get_field(instance, "base_url")
    host, port = get_text(url, "host"), get_field(url, "port") or _DEFAULT_PORTS.get(get_text(url, "scheme"))
    place: Attributes = {keys.PROVIDER_NAME: client.find_provider(instance)}
    if host:
        place[keys.SERVER_ADDRESS] = host
    if host and isinstance(port, int):
        place[keys.SERVER_PORT] = port
    return place


def follow_result(client: Client, call: ModelCall, result: object) -> None:
    """Ends the call with a whole response; with a stream or a raw response when that has been read."""
    try:
        http_response = get_field(result, "http_response")
        if isinstance(result, client.stream_types):
            follow_stream(client, call, result)
        elif http_response is not None:
            follow_body(call, http_response)
        else:
            call.complete(result)
    except Exception:
        log_failure()
        call.stop("unknown")


def follow_stream(client: Client, call: ModelCall, stream: Any) -> None:
    """Reads along with the app, from within the client's own stream object."""
    reading = read_apart(stream) if type(stream) in client.stream_types else stream._iterator
    recording = ModelStreamRecording(call)
    stream._iterator = wrap_reading(reading, recording)
    watch_closing(stream.response, recording)


def read_apart(stream: Any) -> Any:
    """The generator that reads a stream, which has not begun.

    It belongs to a copy: a stream and its own generator keep each other alive, and that the app has let go of them
    would be heard at the next garbage collection, with the connection open until then.
    """
    reader = copy.copy(stream)
    vars(reader).pop("_iterator", None)
    return reader.__stream__()


def follow_body(call: ModelCall, response: Any) -> None:
    """Reads along with whatever reads the bytes of a raw response, the client's own parser among them."""
    if response.is_closed:
        call.complete(next(decode(response.content), None))
        return
    call.transcript.body = choose_body(response.headers.get("content-type", ""))
    recording = ModelStreamRecording(call)
    for name in _READING:
        setattr(response, name, functools.partial(read_along, getattr(response, name), recording))
    watch_closing(response, recording)
    weakref.finalize(response, recording.drop, None).atexit = False


def read_along(read: Callable[..., Any], recording: ModelStreamRecording, *args: Any, **kwargs: Any) -> Any:
    return wrap_reading(read(*args, **kwargs), recording)


def watch_closing(response: Any, recording: ModelStreamRecording) -> None:
    """Closing the connection is how these clients end a stream early."""
    for name in _CLOSING:
        setattr(response, name, functools.partial(tell_and_close, response, name, recording))


def tell_and_close(response: Any, name: str, recording: ModelStreamRecording) -> Any:
    """Puts the response's own methods back as well: from now on there is nothing to see."""
    for replaced in (*_READING, *_CLOSING):
        vars(response).pop(replaced, None)
    recording.hear_closing()
    return getattr(response, name)()
