"""Whether this server is open: bound to this machine alone, and without a user."""

import time
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model

from tracing.access.origins import is_loopback

CACHE_SECONDS = 0.5

_closed = False
_open_until = 0.0


def is_local() -> bool:
    """Whether nobody but this machine is meant to reach us: by the address that we listen on, or by a proxy."""
    hosts = filter(None, [settings.BIND_HOST, urlsplit(settings.PUBLIC_URL).netloc])
    return not settings.TRUSTED_PROXIES and all(is_loopback(host) for host in hosts)


def is_open() -> bool:
    """Whether there is no user yet and nobody but this machine can reach us; once closed it stays so."""
    global _closed, _open_until
    if _closed or not is_local():
        return False
    if time.monotonic() < _open_until:
        return True
    _closed = get_user_model().objects.exists()
    _open_until = 0.0 if _closed else time.monotonic() + CACHE_SECONDS
    return not _closed


def forget_users() -> None:
    """Look again whether there are users."""
    global _closed, _open_until
    _closed, _open_until = False, 0.0
