"""Whoever may ask: people with their sessions, programs with their keys; and all that an answer holds."""

import base64
import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.test import Client
from django.test.client import FakePayload

from config.wsgi import application
from tracing.store import Store

CSRF = "c" * 32
FORM = {"HTTP_COOKIE": f"{settings.CSRF_COOKIE_NAME}={CSRF}", "HTTP_X_CSRFTOKEN": CSRF}
"""What makes a form one of ours, so that nobody is refused for the want of it alone."""
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    text: str
    """Status line, headers and body; what was packed or encoded is there a second time, readable."""


@dataclass
class Asker:
    """Somebody who asks, by the web server's own interface."""

    headers: Mapping[str, str] = field(default_factory=dict)

    def give_headers(self) -> dict[str, str]:
        """As they stand in a request."""
        given = {**FORM, **self.headers}
        return {name.removeprefix("HTTP_").replace("_", "-"): value for name, value in given.items()}

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> Answer:
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote(path, encoding="latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8642",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": FakePayload(body),
            "wsgi.url_scheme": "http",
            "wsgi.errors": io.StringIO(),
            "HTTP_HOST": "127.0.0.1:8642",
        }
        started: list[Any] = []
        environ |= {**FORM, **self.headers, **headers}
        parts = application(environ, lambda status, given, *_: started.append((status, given)))
        data = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        [(status, given)] = started
        told = "\n".join(f"{name}: {value}" for name, value in given)
        return Answer(int(status[:3]), dict(given).get("Location", ""), read_everything(f"{status}\n{told}", data))


def read_everything(told: str, data: bytes) -> str:
    """An answer in lower case, with the files of an archive, and with what cursors and the like hold."""
    texts = [told, data.decode(errors="replace")]
    if data.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(data))
        texts += [archive.read(name).decode(errors="replace") for name in archive.namelist()]
    texts += [decode_token(token) for text in texts for token in re.findall(r"[A-Za-z0-9_-]{24,}", text)]
    return "\n".join(texts).lower()


def decode_token(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("latin-1")
    except ValueError:
        return ""


def log_in(user: models.Model) -> Asker:
    """A person with a session."""
    client = Client()
    client.force_login(user, backend=BACKEND)  # type: ignore[arg-type]
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return Asker({"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={session}; {FORM['HTTP_COOKIE']}"})


def make_person(email: str, **fields: Any) -> models.Model:
    person: models.Model = get_user_model().objects.create(username=email, email=email, **fields)
    return person


def use_key(key: str) -> Asker:
    return Asker({"HTTP_AUTHORIZATION": f"Bearer {key}"})


class Watch:
    """Reads along what is asked of both databases, whose answers no page has to show for it to be a fault."""

    def __init__(self, tables: Collection[str]) -> None:
        self.tables = tables
        self.projects: set[int] = set()
        """Those that queries of the store were bound to."""
        self.unbound: list[str] = []
        """Statements on a table of projects that named neither one nor a person nor a credential."""

    def forget(self) -> None:
        self.projects.clear()
        self.unbound.clear()

    def read_statement(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        where = sql.partition(" WHERE ")[2]
        named = [table for table in self.tables if f'"{table}"' in sql]
        bound = any(f'"{name}"' in where for name in ("project_id", "user_id", "prefix", "digest"))
        if named and not sql.startswith("INSERT") and not bound and '"last_used_at" = ' not in sql:
            self.unbound.append(sql)
        return execute(sql, parameters, many, context)

    @contextmanager
    def reading(self, store: Store) -> Iterator[None]:
        """While this is entered, every statement is read along."""
        query, query_columns = store.query, store.query_columns

        def note(asked: Any) -> Any:
            def noted(*arguments: Any, **parameters: Any) -> Any:
                self.projects |= {parameters["project_id"]} if "project_id" in parameters else set()
                return asked(*arguments, **parameters)

            return noted

        store.query, store.query_columns = note(query), note(query_columns)  # type: ignore[method-assign]
        try:
            with connection.execute_wrapper(self.read_statement):
                yield
        finally:
            del store.query, store.query_columns  # type: ignore[method-assign]
