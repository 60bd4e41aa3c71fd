"""Every request gets a number, which its answer tells (`X-Request-Id`) and lines of the log have."""

import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that this thread answers; it is ours: what others send would be theirs to choose."""


def number_requests(application: "WSGIApplication") -> "WSGIApplication":
    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        number = secrets.token_hex(8)
        REQUEST_ID.set(number)  # until the thread's next: what is read of the answer later is of this one, too

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, ("X-Request-Id", number)], *error)

        return application(environ, start)

    return answer
