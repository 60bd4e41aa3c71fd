"""The web process: OTLP under its paths, Django for the rest."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()

from tracing.receive.http import PATH_PREFIXES, otlp_application  # noqa: E402 -- needs Django's apps

ASKS_PATH = "/api/v1/asks"

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def otlp_port_application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer a request of the port of OTLP: the SDK asks there, too, whether to ask a user, as it knows no other."""
    if environ.get("PATH_INFO", "") == ASKS_PATH:
        return django_application(environ, start_response)
    return otlp_application(environ, start_response)


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer a request of the web port."""
    if environ.get("PATH_INFO", "").startswith(PATH_PREFIXES):
        return otlp_application(environ, start_response)
    return django_application(environ, start_response)
