"""Whether the headers of a request tell who sends it: they come in, yes or no goes out.

Of a stranger nobody keeps a large body, not even on the disk: the application will refuse it, and needs no body for
that. What whoever is known may do with theirs is still asked where it always is.
"""

from collections.abc import Mapping
from importlib import import_module

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import close_old_connections
from django.http import parse_cookie

from tracing.access.credentials import read_key
from tracing.access.decisions import RunToken
from tracing.access.keys import find_key
from tracing.access.openness import is_open
from tracing.access.origins import RequestOrigin, find_forwarding, refuse_foreign


def is_known(headers: Mapping[str, str], protocol: str) -> bool:
    """Whether a request with these headers (names in lower case) has a key that there is, a login, or needs none."""
    close_old_connections()
    key = read_key(headers.get("authorization", ""), headers.get("x-api-key", ""))
    if key:
        return RunToken.matches(key) or find_key(key) is not None
    return (
        not refuse_foreign(read_origin(headers, protocol), settings.CORS_ORIGINS)
        if is_open()
        else is_logged_in(headers)
    )


def read_origin(headers: Mapping[str, str], protocol: str) -> RequestOrigin:
    return RequestOrigin(
        headers.get("host", ""),
        headers.get("origin", ""),
        headers.get("sec-fetch-site", "").lower(),
        find_forwarding(headers, protocol),
    )


def is_logged_in(headers: Mapping[str, str]) -> bool:
    """Whether the cookie of a session stands there, in which a user has logged in."""
    session = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
    return bool(session) and SESSION_KEY in import_module(settings.SESSION_ENGINE).SessionStore(session).load()
