"""What an app gives a web framework to stream in, the same out, and known: who ends it early is the client.

Starlette cancels or drops the iterator when the browser goes away, Django's ASGI handler cancels it, WSGI servers
call its `close()`. Whatever is read inside then was ended by `client`, while a `break` in the app stays its own.
"""

import asyncio
import sys
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextvars import Token
from typing import Any, Final, TypeVar, overload

from tacit.cancellation import get_cancelled_task, server_is_stopping, tell_at_once
from tacit.streams import Reader, current_reader

_Chunk = TypeVar("_Chunk")
_EXHAUSTED: Final = (StopIteration, StopAsyncIteration)


@overload
def stream_response(chunks: AsyncIterable[_Chunk]) -> AsyncIterator[_Chunk]: ...


@overload
def stream_response(chunks: Iterable[_Chunk]) -> Iterator[_Chunk]: ...


def stream_response(chunks: Any) -> Any:
    """The same chunks, for the response of a web framework: `StreamingResponse(tacit.stream_response(answer(q)))`.

    Observed streams that are read inside, however deep, read `client` where the server gives up before their end,
    and `shutdown` where it goes down.
    """
    if hasattr(chunks, "__aiter__"):
        return AsyncResponseStream(chunks)
    return ResponseStream(chunks)


class ServerReader(Reader):
    """The server, which reads for a client."""

    def end(self, error: BaseException | None = None) -> None:
        """The server reads no more; before the end, unless the error says that there is nothing more to read."""
        if self.over:
            return
        self.over = True
        if not isinstance(error, (*_EXHAUSTED, Exception)):
            self.ended_by = _tell_who_went(error)


def _tell_who_went(error: BaseException | None) -> str:
    task = get_cancelled_task() if isinstance(error, asyncio.CancelledError) else None
    if task is not None:
        return tell_at_once(task, error) or "client"
    return "shutdown" if isinstance(error, SystemExit) or server_is_stopping() else "client"


class ResponseStream(Iterator[Any]):
    """An iterable on its way to a WSGI server, or to a thread of an ASGI server."""

    def __init__(self, chunks: Iterable[Any]) -> None:
        self.reader = ServerReader()
        self._chunks = chunks
        self._iterator = chunks if isinstance(chunks, Iterator) else iter(chunks)

    def __next__(self) -> Any:
        token = current_reader.set(self.reader)
        try:
            return next(self._iterator)
        except BaseException as error:
            self.reader.end(error)
            raise
        finally:
            _reset(token)

    def close(self) -> None:
        """WSGI servers call this at the end of every response, whether all of it was read or not."""
        self.reader.end(sys.exc_info()[1] if isinstance(sys.exc_info()[1], SystemExit) else None)
        for closable in (self._iterator, self._chunks):
            close = getattr(closable, "close", None)
            if close is not None:
                close()

    def __del__(self) -> None:
        self.reader.end()


class AsyncResponseStream(AsyncIterator[Any]):
    """An async iterable on its way to an ASGI server."""

    def __init__(self, chunks: AsyncIterable[Any]) -> None:
        self.reader = ServerReader()
        self._iterator = chunks if isinstance(chunks, AsyncIterator) else aiter(chunks)

    async def __anext__(self) -> Any:
        token = current_reader.set(self.reader)
        try:
            return await anext(self._iterator)
        except BaseException as error:
            self.reader.end(error)
            raise
        finally:
            _reset(token)

    async def aclose(self) -> None:
        """The server reads no more."""
        self.reader.end()
        close = getattr(self._iterator, "aclose", None)
        if close is not None:
            await close()

    def __del__(self) -> None:
        self.reader.end()


def _reset(token: "Token[Reader | None]") -> None:
    try:
        current_reader.reset(token)
    except ValueError:  # a step that is dropped ends in another context than it began in
        return
