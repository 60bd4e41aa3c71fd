"""OTLP requests over a real connection, and what was answered."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from google.rpc.status_pb2 import Status

from tests.conftest import Server
from tests.tracing.otlp import make_request, make_span
from tracing.store import Store

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}
GZIP = PROTOBUF | {"Content-Encoding": "gzip"}
ONE_SPAN = make_request(make_span()).SerializeToString()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> Status:
        assert self.headers["Content-Type"] == "application/x-protobuf"
        return Status.FromString(self.body)

    @property
    def json(self) -> Any:
        assert self.headers["Content-Type"] == "application/json"
        return json.loads(self.body)


def send(
    server: Server,
    body: bytes = ONE_SPAN,
    headers: dict[str, str] | None = None,
    *,
    method: str = "POST",
    path: str = "/v1/traces",
) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    try:
        connection.request(method, path, body, PROTOBUF if headers is None else headers)
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read())
    finally:
        connection.close()


def count_spans(server: Server) -> int:
    spans: int = server.get_json("stats")["spans"]
    return spans


@contextmanager
def failing_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(_store: Store, _table: str, _columns: object) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "insert", refuse)
        yield
