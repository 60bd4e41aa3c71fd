"""Every page that there is, found in the URLconf, with an address of each in a project that has something everywhere.

A new page is among them by itself; one that needs an example says so (`tests/isolation/routes.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from tests.isolation.asking import BACKEND
from tests.isolation.routes import Route, list_routes
from tests.isolation.world import Side
from tracing.access.rights import Role

REFUSED = {"open_invitation", "invitation"}
"""Pages of what nobody has here: an invitation's token is known to whoever was invited."""
OK = 200
FAILED = (400, 403, 404, 500)


@dataclass(frozen=True)
class PageAddress:
    name: str
    """That of its route."""
    path: str
    status: int
    """200, or that of an address which lacks an example in tests/isolation/routes.py."""


def list_pages(side: Side, client: Client) -> Iterator[PageAddress]:
    """Addresses that answer a GET of the client with a whole page or an error, not with a file or a part of a page."""
    for route in list_routes():
        [name, *_] = route.names
        if route.is_rest or not name or name in REFUSED or not route.find_requirement("GET"):
            continue
        path = find_path(route, side)
        answer = client.get(path)
        is_shown = answer.status_code in FAILED or (answer.status_code == OK and is_page(answer))
        answer.close()
        if is_shown:
            yield PageAddress(name, path, answer.status_code)


def is_page(answer: Any) -> bool:
    return answer.headers.get("Content-Type", "").startswith("text/html") and b"<html" in b"".join(answer)


def find_path(route: Route, side: Side) -> str:
    """The address with ids of the project's own; it never holds those that both sides of the test of isolation have."""
    query = route.query.format(first_id=side.first_id)
    path = quote(route.fill(side, side)[0], safe="/~")
    return f"{path}?{query}" if query else path


def enter(side: Side) -> Client:
    """An owner of the project who administers the installation, too: nothing is hidden from them."""
    owner: Any = side.people[Role.OWNER]
    get_user_model().objects.filter(pk=owner.pk).update(is_superuser=True)
    client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
    client.force_login(owner, backend=BACKEND)
    return client


def list_cookies(client: Client, url: str) -> list[Any]:
    """The client's session, for a browser's context."""
    return [
        {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": url}
    ]
