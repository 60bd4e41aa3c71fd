"""What pages and REST answer: in the place of each stand-in words that say that a text is not kept, and its length.

Wherever a text may be shown this holds, so no page and no operation has to think of it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponse, HttpResponseBase

from tracing.texts.stand_ins import END, MARK

TEXTUAL = ("text/", "application/json", "application/problem+json", "application/x-ndjson", "application/jsonl")
RAW = f"{MARK}([0-9]+)(?: [g-v]*)?{END}?".encode()
ESCAPED = rb"\\ufdd0([0-9]+)(?: [g-v]*)?(?:\\ufdd1)?"
SHOWN = re.compile(RAW + b"|" + ESCAPED)
FIRST, FIRST_ESCAPED = MARK.encode(), b"\\ufdd0"


class ShownTextsMiddleware:
    """Rewrites answers that hold stand-ins."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.get("Content-Type", "").startswith(TEXTUAL):
            return response
        if isinstance(response, StreamingHttpResponse):
            if not response.is_async:
                response.streaming_content = show_all(cast("Iterable[bytes]", response.streaming_content))
        elif isinstance(response, HttpResponse):
            show_content(response)
        return response


def show_content(response: HttpResponse) -> None:
    shown = show(response.content)
    if shown is not response.content:
        response.content = shown


def show_all(parts: Iterable[bytes]) -> Iterator[bytes]:
    return map(show, parts)


def show(content: bytes) -> bytes:
    """The answer in words.

    >>> show(b'{"text": "\\\\ufdd042 ghij\\\\ufdd1"}')
    b'{"text": "[text not kept: 42 characters]"}'
    """
    if FIRST not in content and FIRST_ESCAPED not in content:
        return content
    return SHOWN.sub(tell, content)


def tell(match: re.Match[bytes]) -> bytes:
    count = int(match[1] or match[2])
    return f"[text not kept: {count:,} {'character' if count == 1 else 'characters'}]".encode()
