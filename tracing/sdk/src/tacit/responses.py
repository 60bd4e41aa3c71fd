"""What an app gives a web framework to stream in, the same out, and known: who ends it early is the client.

Starlette cancels or drops the iterator when the browser goes away, Django's ASGI handler cancels it, WSGI servers
call its `close()`. Whatever is read inside then was ended by `client`, while a `break` in the app stays its own.
"""

import logging
import sys
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextvars import Token, copy_context
from typing import Any, Final, TypeVar, overload

from tacit.cancellation import get_task_cancelled_by, server_is_stopping, tell_at_once
from tacit.streams import Reader, current_reader

_Chunk = TypeVar("_Chunk")
_logger = logging.getLogger(__name__)
_STARLETTE_THREADS: Final = "starlette.concurrency"
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
        return AsyncResponseStream(chunks, ServerReader())
    return ThreadedResponseStream(chunks) if _STARLETTE_THREADS in sys.modules else ResponseStream(chunks)


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
    task = get_task_cancelled_by(error)
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


class ThreadedResponseStream(ResponseStream):
    """An iterable that Starlette may step in its threads.

    Starlette drops what it steps there, unclosed, for the garbage collector to find. This is an async iterable for
    Starlette, which does the same steps in the same threads, and is closed when the client goes away.
    """

    async def __aiter__(self) -> AsyncIterator[Any]:
        steps = AsyncResponseStream(sys.modules[_STARLETTE_THREADS].iterate_in_threadpool(self), self.reader)
        try:
            async for chunk in steps:
                yield chunk
        finally:
            if self.reader.ended_by is not None or not self.reader.over:
                self.reader.end()
                import asyncio

                variables = copy_context()  # to close may block, as the steps may
                asyncio.get_running_loop().run_in_executor(None, variables.run, self._close_quietly)

    def _close_quietly(self) -> None:
        try:
            self.close()
        except Exception:
            _logger.warning("the generator of a response raised while it was closed", exc_info=True)


class AsyncResponseStream(AsyncIterator[Any]):
    """An async iterable on its way to an ASGI server."""

    def __init__(self, chunks: AsyncIterable[Any], reader: ServerReader) -> None:
        self.reader = reader
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
