"""The page on REST: its commands run as they stand, and give what it shows."""

import json
import re
import shlex
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPResponse
from pathlib import Path

import pytest
import tacit

from tests.conftest import Server
from tests.tracing.test_access import close
from tracing.access.keys import create_key

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "rest.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8642"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass
class Command:
    """A request as curl would make it."""

    url: str = ""
    method: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def send(self, server: Server) -> HTTPResponse | urllib.error.HTTPError:
        request = urllib.request.Request(
            self.url.replace(ADDRESS, server.url),
            self.body.encode() or None,
            self.headers,
            method=self.method or ("POST" if self.body else "GET"),
        )
        try:
            answer: HTTPResponse = urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as error:
            return error
        return answer


def read_command(line: str) -> Command:
    command = Command()
    words = iter(shlex.split(line)[1:])
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            command.headers[name] = value
        elif word == "-X":
            command.method = next(words)
        elif word == "-d":
            command.body = next(words)
        elif word == "-o":
            next(words)
        else:
            command.url = word
    return command


def list_examples() -> list[tuple[str, str]]:
    """Each command with the answer that the page shows of it, which stands in the block below."""
    blocks = BLOCK.findall(PAGE)
    examples: list[tuple[str, str]] = []
    for (language, text), (next_language, next_text) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if language == "sh":
            lines = text.strip().splitlines()
            examples += [(line, "") for line in lines[:-1]]
            examples.append((lines[-1], next_text if next_language == "json" else ""))
    return examples


@pytest.fixture
def told(server: Server, sdk: None) -> Server:
    """The conversation of the page."""

    @tacit.observe(kind="llm")
    def answer(message: str) -> str:
        return "It left on Monday."

    with tacit.conversation(id="support-1", user_id="anna"):
        answer("Where is my order?")
        tacit.feedback("thumbs", label="down", identifier="thumb-1")
    server.derive()
    return server


def test_the_page_shows_commands_with_answers() -> None:
    assert len(list_examples()) >= 8
    assert all(line.startswith("curl ") for line, _ in list_examples())


@pytest.mark.parametrize(("line", "shown"), list_examples(), ids=lambda value: value[:60])
def test_a_command_gives_what_the_page_shows(told: Server, line: str, shown: str) -> None:
    command = read_command(line.replace("KEY", create_key(told.project, "tests")))
    with command.send(told) as answer:
        body = answer.read()
    expected_status = 204 if command.method == "DELETE" else 200
    assert answer.status == (422 if '"status": 422' in shown else expected_status)
    if shown:
        expected, found = json.loads(shown), json.loads(body)
        assert set(expected) <= set(found)
        assert "accepted" not in expected or expected == found
        assert [set(item) for item in expected.get("items", [])] == [set(item) for item in found.get("items", [])]


def test_with_a_user_the_key_is_asked_for(told: Server) -> None:
    close()
    line = list_examples()[0][0]
    with read_command(line).send(told) as answer:
        assert answer.status == 401
    with read_command(line.replace("KEY", create_key(told.project, "tests"))).send(told) as answer:
        assert answer.status == 200


def test_the_program_walks_over_all_pages(told: Server, capsys: pytest.CaptureFixture[str]) -> None:
    [program] = [text for language, text in BLOCK.findall(PAGE) if language == "python"]
    exec(compile(program.replace(ADDRESS, told.url), "rest.md", "exec"), {})  # noqa: S102 -- our own page
    assert capsys.readouterr().out == "support-1 Where is my order?\n"


def test_every_resource_of_openapi_is_on_the_page(server: Server) -> None:
    for path in server.get_json("openapi.json")["paths"]:
        resource = path.removeprefix("/api/v1/").split("/{")[0]
        assert f"`{resource}`" in PAGE, resource
