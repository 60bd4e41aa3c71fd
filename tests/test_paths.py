"""No text names a file: not in addresses, in archives that come or go, in old logs, nor where commands write."""

import io
import json
import os
import re
import socket
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import Any

import pytest

from config.data_directory import RunningServer
from config.detecting import open_output
from config.exporting import Client, fetch
from feedback.datasets.building.files import copy_files, list_files, stream_zip
from feedback.datasets.formats import FORMATS
from feedback.review.regressions.choosing import choose_cases
from feedback.review.regressions.files import write_files
from tests.conftest import Server
from tests.feedback.datasets.specimens import make_record, write_rows
from tests.feedback.review.regressions.failing import fail
from tracing.generations import Message
from tracing.importing import SOURCES, Origin, read_entries
from tracing.importing.files import read_rows

OUTSIDE = (
    "../../../../../../../../etc/passwd",
    "/etc/passwd",
    "..\\..\\x",
    "C:\\x",
    "file:///etc/passwd",
    "a/../../b",
    "~root/x",
    "x\0.json",
    "CON",
    ".",
)
TRIED = (
    "/static/../manage.py",
    "/static/..%2fmanage.py",
    "/static/%2e%2e/manage.py",
    "/static/%252e%252e/manage.py",
    "/static/..%5cmanage.py",
    "/static/..\\manage.py",
    "/static/%c0%ae%c0%ae/manage.py",
    "/static/....//manage.py",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/0123456789ab/../../manage.py",
    "/static/0123456789ab/%2e%2e/%2e%2e/manage.py",
    "/static/0123456789ab//etc/passwd",
    "/static/css/../../manage.py",
    "/static/css/tacit.css/../../../manage.py",
    "/static/css/tacit.css%00.py",
    "/static/css/",
    "/static/",
    "/tacit.js/../manage.py",
    "//etc/passwd",
    "/..%2f..%2f..%2fetc%2fpasswd",
    "http://127.0.0.1/static/../manage.py",
)


def ask(server: Server, target: str) -> bytes:
    """What is answered to this target as it stands, which clients of HTTP would tidy first."""
    host, port = server.url.removeprefix("http://").split(":")
    request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request.encode())
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_no_address_of_a_static_file_leads_out(server: Server) -> None:
    assert b" 200 " in ask(server, "/static/css/tacit.css")[:20]
    for target in TRIED:
        answer = ask(server, target)
        assert answer[9:12] in (b"400", b"404", b"301", b"302"), (target, answer[:200])
        assert b"DJANGO_SETTINGS_MODULE" not in answer
        assert b"root:" not in answer


def is_plain(name: str) -> bool:
    """Whether a name of a file can only mean one beneath, on every system."""
    parts = PurePosixPath(name).parts
    return bool(parts) and all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", part) for part in parts)


@pytest.mark.parametrize("name", FORMATS)
def test_no_text_names_a_file_of_a_dataset(name: str, tmp_path: Path) -> None:
    records = [
        make_record(
            Message("system", text),
            Message("user", text),
            answer=text,
            rejected="No.",
            tools=({"name": text, "parameters": {text: text}},),
        )
        for text in OUTSIDE
    ]
    (tmp_path / "out").mkdir()
    write_rows(name, tmp_path / "out", records)
    assert all(is_plain(each) for each in list_files(tmp_path / "out"))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_no_text_names_a_file_of_regression_cases(tmp_path: Path) -> None:
    for number, text in enumerate(OUTSIDE):
        directory = tmp_path / str(number)
        directory.mkdir()
        given: dict[str, Any] = {
            "better_answer": f"It is {text}.",
            "tools": ({"name": text, "parameters": {text: text}},),
        }
        write_files(directory, choose_cases([fail(text, text, "So.", "complaint", **given)]), {"project": text})
        assert all(is_plain(each) for each in list_files(directory))
    assert len(list(tmp_path.iterdir())) == len(OUTSIDE)


def test_an_archive_holds_no_link_that_leads_out(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    files = tmp_path / "files"
    (files / "inner").mkdir(parents=True)
    (files / "train.jsonl").write_text("{}")
    (files / "link.jsonl").symlink_to(tmp_path / "secret")
    (files / "inner" / "up").symlink_to(tmp_path)
    assert list(list_files(files)) == ["train.jsonl"]
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(list_files(files))))) as archive:
        assert archive.namelist() == ["train.jsonl"]


@pytest.fixture
def evil_server(tmp_path: Path) -> Iterator[RunningServer]:
    """Gives an archive whose names lead out; whoever can write `server.json` can have one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in (*OUTSIDE[:-1], str(tmp_path / "absolute"), f"../../../../../../../..{tmp_path}/relative"):
            archive.writestr(name, "evil")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(packed.getvalue())

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = Thread(target=http.serve_forever)
        thread.start()
        yield RunningServer(f"http://127.0.0.1:{http.server_port}", os.getpid(), "token")
        http.shutdown()
        thread.join()


def test_an_archive_that_comes_stays_in_its_directory(evil_server: RunningServer, tmp_path: Path) -> None:
    before = Path("/etc/passwd").read_bytes()
    out = tmp_path / "a" / "b" / "out"
    with fetch(Client(evil_server, "default"), "exports/x/archive") as files:
        beneath = {path.resolve() for path in files.values()}
        [top] = {path.parents[len(PurePosixPath(name).parts) - 1].resolve() for name, path in files.items()}
        assert all(path.is_relative_to(top) for path in beneath)
        copy_files(files, out)
    assert [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(out)] == []
    assert Path("/etc/passwd").read_bytes() == before


def test_files_that_a_command_writes_replace_links_and_do_not_follow_them(tmp_path: Path) -> None:
    precious, made = tmp_path / "precious", tmp_path / "made"
    precious.write_text("precious")
    made.write_text("new")
    out = tmp_path / "out"
    out.mkdir()
    for name in ("train.jsonl", "signals.jsonl"):
        (out / name).symlink_to(precious)
    copy_files({"train.jsonl": made}, out)
    with open_output(out / "signals.jsonl") as file:
        file.write(b"new")
    assert precious.read_text() == "precious"
    assert {path.read_text() for path in out.iterdir()} == {"new"}
    assert not [path for path in out.iterdir() if path.is_symlink()]


@pytest.mark.parametrize("source", SOURCES)
def test_an_old_log_names_no_other_file(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands in a log, the importer opens the log alone."""
    log = tmp_path / "log.jsonl"
    turns = [{"role": "user", "content": text, "image_url": text, "file": text, "path": text} for text in OUTSIDE]
    row = {"id": OUTSIDE[0], "conversation_id": OUTSIDE[1], "turns": turns, "messages": turns, "input": turns}
    log.write_text(json.dumps(row | {"media": OUTSIDE[4], "$ref": OUTSIDE[4]}) + "\n")
    opened: list[str] = []
    plain_open = io.open

    def note(path: object, *args: object, **named: object) -> object:
        opened.append(str(path))
        return plain_open(path, *args, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(io, "open", note)
    monkeypatch.setattr("builtins.open", note)
    assert list(read_entries(SOURCES[source], read_rows(log), Origin(source, "default", 1)))
    assert opened == [str(log)]
