"""The set-up page: its lines work as pasted, and the first span shows by itself."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from config.cli import main
from tests.conftest import Server
from tests.pages.conftest import Page, Teller
from tracing.access.new_keys import find_made
from tracing.access.openness import forget_users

Open = Callable[[str], Page]


def read_code(html: str, name: str) -> str:
    found = re.search(rf'<pre id="{name}"[^>]*><code>(.*?)</code>', html, re.DOTALL)
    assert found
    return unescape(found.group(1))


def test_it_waits_for_the_first_span_and_asks_again_each_second(teller: Teller, open_page: Open) -> None:
    page = open_page("setup")
    assert "Waiting for your first span…" in page.text
    assert 'hx-get="/p/default/setup/arrival" hx-trigger="every 1s"' in page.html


def test_the_waiting_part_turns_to_the_first_conversation_and_stops_asking(teller: Teller, open_page: Open) -> None:
    teller.store.insert("otel_traces", {"project_id": [1], "TraceId": ["t"], "SpanId": ["s"]})
    waiting = open_page("setup/arrival")
    assert "1 span arrived, no model call among them yet" in waiting.text
    assert waiting.find_links("/traces/") == ["/p/default/traces/t"]
    teller.tell("a/b", [("Hello <b>you</b>", "Hi.")])
    part = open_page("setup/arrival")
    assert "Your first conversation is here" in part.text
    assert "hx-get" not in part.html
    assert open_page(part.find_links("/conversations/")[0]).status == 200


def test_the_lines_of_the_decorator_work_as_pasted(server: Server, tmp_path: Path) -> None:
    html = server.get("/p/default/setup").decode()
    lines = read_code(html, "decorate").replace("    ...", '    return "Hold the button."')
    app = tmp_path / "app.py"
    app.write_text(f'{lines}\n\nanswer("How do I reset it?")\n', encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    subprocess.run([sys.executable, str(app)], check=True, timeout=60, env=environment)
    server.derive()
    assert "How do I reset it?" in server.get("/p/default/setup/arrival").decode()


def test_the_span_of_a_shell_works_as_pasted(server: Server) -> None:
    name, url, *given = shlex.split(read_code(server.get("/p/default/setup?way=shell").decode(), "curl"))
    assert (name, url, given[2]) == ("curl", f"{server.url}/v1/traces", "-d")
    header, _, value = given[1].partition(": ")
    urlopen(Request(url, given[3].encode(), {header: value}), timeout=60).close()
    server.derive()
    arrival = server.get("/p/default/setup/arrival").decode()
    assert "How do I reset it?" in arrival
    assert "Look at it" in arrival


def test_each_way_shows_its_lines_and_the_chosen_one_is_open(open_page: Open) -> None:
    page = open_page("setup?way=otel")
    assert re.findall(r'<details name="way" id="way-(\w+)"( open)?>', page.html) == [
        ("decorator", ""),
        ("openai", ""),
        ("otel", " open"),
        ("untouched", ""),
        ("shell", ""),
    ]
    assert "tacit.instrument_openai()" in read_code(page.html, "openai")
    assert 'id="way-decorator" open' in open_page("setup?way=nothing").html


def test_the_path_to_install_from_is_the_sdk(server: Server) -> None:
    command, _, path = read_code(server.get("/p/default/setup").decode(), "install").rpartition(" ")
    assert command == "pip install"
    assert (Path(path) / "pyproject.toml").is_file()


def test_the_line_that_imports_old_logs_is_a_command_for_this_server(server: Server, tmp_path: Path) -> None:
    name, *arguments = shlex.split(read_code(server.get("/p/default/setup").decode(), "import"))
    assert name == "tacit"
    assert arguments[0] == "import"
    path = tmp_path / "conversations.jsonl"
    path.touch()
    command = main.commands["import"]
    given = command.make_context("import", [str(path) if each == path.name else each for each in arguments[1:]]).params
    assert given["data_dir"] == settings.DATA_DIR
    assert given["project"] == "default"


def test_the_empty_overview_leads_to_the_import_of_old_logs(open_page: Open) -> None:
    [link] = open_page("").find_links("#old-logs")
    assert 'id="old-logs"' in open_page(link.partition("#")[0]).html


def test_a_closed_server_says_where_the_key_goes(teller: Teller) -> None:
    user = get_user_model().objects.create_superuser("anna@example.org", password="correct horse battery")
    forget_users()
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    html = client.get("/p/default/setup").content.decode()
    assert 'api_key="tacit_…"' in unescape(html)
    assert "OTEL_EXPORTER_OTLP_HEADERS=x-api-key=tacit_…" in html


@pytest.mark.usefixtures("quick_passwords")
def test_a_key_that_is_made_there_stands_in_each_of_its_lines(teller: Teller) -> None:
    user = get_user_model().objects.create_superuser("anna@example.org", password="correct horse battery")
    forget_users()
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    asked = {"name": "my app", "scopes": "ingest", "for": "setup"}
    page = client.post("/p/default/settings/keys/add", asked)
    html = page.content.decode()
    secret = read_code(html, "secret")
    assert find_made(secret).name == "my app"
    for name in ("decorate", "openai", "exporter", "command", "curl"):
        assert secret in read_code(html, name)
    assert "no-store" in page.headers["Cache-Control"]
    assert secret not in client.get("/p/default/setup").content.decode()


@pytest.mark.parametrize("path", ["/", "/p/default/", "/p/default/conversations", "/p/default/datasets"])
def test_a_closed_server_shows_pages_only_after_login(teller: Teller, path: str) -> None:
    get_user_model().objects.create_superuser("anna@example.org", password="correct horse battery")
    forget_users()
    client = Client(headers={"host": "localhost"})
    login = client.get(path).headers["Location"]
    assert login.startswith("/login?next=")
    refused = client.post(login, {"username": "anna@example.org", "password": "wrong"})
    assert "do not belong together" in refused.content.decode()
    accepted = client.post(login, {"username": "anna@example.org", "password": "correct horse battery", "next": path})
    assert accepted.headers["Location"] == path
    assert client.get("/p/default/setup").status_code == 200
    assert "Log out" in client.get("/p/default/setup").content.decode()
