"""A streaming app in each web framework, for `test_responses.py`: `python web_apps.py <framework>`.

Prints its port, then the attributes of every span that ends, each as a line of JSON.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import tacit
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

WORDS = 200
PAUSE_SECONDS = 0.02


class Printer(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for span in spans:
            sys.stdout.write(json.dumps({"name": span.name, **(span.attributes or {})}) + "\n")
        sys.stdout.flush()
        return SpanExportResult.SUCCESS


@tacit.observe
def answer(words: int) -> Iterator[str]:
    for number in range(words):
        yield f"word-{number} "
        time.sleep(PAUSE_SECONDS)


@tacit.observe
async def answer_async(words: int) -> AsyncIterator[str]:
    for number in range(words):
        yield f"word-{number} "
        await asyncio.sleep(PAUSE_SECONDS)


def dress(words: int, wanted: int | None = None) -> Iterator[str]:
    """The app's own generator around the observed one, which may leave it early itself."""
    for number, word in enumerate(answer(words)):
        if number == wanted:
            break
        yield f"data: {word}\n\n"


async def dress_async(words: int, wanted: int | None = None) -> AsyncIterator[str]:
    try:
        number = 0
        async for word in answer_async(words):
            if number == wanted:
                break
            number += 1
            yield f"data: {word}\n\n"
    finally:
        await asyncio.sleep(0.01)  # as an app that gives a connection back


async def limit_async(seconds: float) -> AsyncIterator[str]:
    try:
        async with asyncio.timeout(seconds):
            async for word in answer_async(WORDS):
                yield word
    except TimeoutError:
        yield "too late"


SYNC: dict[str, Callable[[], Iterator[str]]] = {
    "whole": lambda: answer(3),
    "direct": lambda: answer(WORDS),
    "dressed": lambda: dress(WORDS),
    "broken-off": lambda: dress(WORDS, 2),
}
ASYNC: dict[str, Callable[[], AsyncIterator[str]]] = {
    "whole": lambda: answer_async(3),
    "direct": lambda: answer_async(WORDS),
    "dressed": lambda: dress_async(WORDS),
    "broken-off": lambda: dress_async(WORDS, 2),
    "limited": lambda: limit_async(0.1),
}


def listen() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    return listener


def run_asgi(app: Any) -> None:
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    server.run(sockets=[listen()])


def run_wsgi(app: Any) -> None:
    from werkzeug.serving import make_server

    listener = listen()
    make_server("127.0.0.1", 0, app, threaded=True, fd=listener.fileno()).serve_forever()


def run_starlette() -> None:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response, StreamingResponse
    from starlette.routing import Route

    async def respond(request: Request) -> Response:
        return StreamingResponse(tacit.stream_response(ASYNC[request.path_params["name"]]()))

    def respond_in_thread(request: Request) -> Response:
        return StreamingResponse(tacit.stream_response(SYNC[request.path_params["name"]]()))

    @tacit.observe
    async def respond_observed(request: Request) -> Response:
        return StreamingResponse(f"word-{number} " async for number in count())

    run_asgi(
        Starlette(
            routes=[
                Route("/async/{name}", respond),
                Route("/sync/{name}", respond_in_thread),
                Route("/observed", respond_observed),
            ]
        )
    )


async def count() -> AsyncIterator[int]:
    for number in range(WORDS):
        yield number
        await asyncio.sleep(PAUSE_SECONDS)


def run_flask() -> None:
    from flask import Flask, Response, stream_with_context

    app = Flask("app")

    @app.get("/sync/<name>")
    def respond(name: str) -> Response:
        return Response(tacit.stream_response(SYNC[name]()))

    @app.get("/context/<name>")
    def respond_with_context(name: str) -> Response:
        return Response(stream_with_context(tacit.stream_response(SYNC[name]())))

    @app.get("/observed")
    @tacit.observe
    def respond_observed() -> Response:
        return Response(f"word-{number} " for number in pace())

    run_wsgi(app)


def pace() -> Iterator[int]:
    for number in range(WORDS):
        yield number
        time.sleep(PAUSE_SECONDS)


def set_up_django() -> None:
    import django
    from django.conf import settings

    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="not secret", MIDDLEWARE=[])
    django.setup()


def respond_django(request: Any, name: str) -> Any:
    from django.http import StreamingHttpResponse

    return StreamingHttpResponse(tacit.stream_response(SYNC[name]()))


async def respond_django_async(request: Any, name: str) -> Any:
    from django.http import StreamingHttpResponse

    return StreamingHttpResponse(tacit.stream_response(ASYNC[name]()))


@tacit.observe
def respond_django_observed(request: Any) -> Any:
    from django.http import StreamingHttpResponse

    return StreamingHttpResponse(f"word-{number} " for number in pace())


def run_django_wsgi() -> None:
    set_up_django()
    from django.core.handlers.wsgi import WSGIHandler

    run_wsgi(WSGIHandler())


def run_django_asgi() -> None:
    set_up_django()
    from django.core.handlers.asgi import ASGIHandler

    run_asgi(ASGIHandler())


def __getattr__(name: str) -> Any:
    """Django looks for `urlpatterns` here."""
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.urls import path

    return [
        path("sync/<name>", respond_django),
        path("async/<name>", respond_django_async),
        path("observed", respond_django_observed),
    ]


if __name__ == "__main__":
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(Printer()))
    tacit.configure(tracer_provider=provider)
    {
        "starlette": run_starlette,
        "flask": run_flask,
        "django-wsgi": run_django_wsgi,
        "django-asgi": run_django_asgi,
    }[sys.argv[1]]()
