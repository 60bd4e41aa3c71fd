"""Files as people have them, sent through the real receiver and read by every stage."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conftest import Server
from tracing.importing import SOURCES, Entry, Origin, Problem, read_entries
from tracing.importing.entries import ImportedSpan
from tracing.importing.files import read_rows
from tracing.importing.requests import write_requests

MTIME_NS = 1_780_000_000 * 10**9


def write_lines(path: Path, values: Sequence[Any]) -> Path:
    """JSON lines; a text is a line as it stands."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in values]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read_file(source: str, path: Path) -> tuple[list[ImportedSpan], list[Problem]]:
    """The spans of a file and what could not be read."""
    entries = list(read_entries(SOURCES[source], read_rows(path), Origin(source, "default", MTIME_NS)))
    spans = [span for entry in entries if isinstance(entry, Entry) for span in entry.spans]
    return spans, [each for each in entries if isinstance(each, Problem)]


def send_file(server: Server, source: str, path: Path) -> list[Problem]:
    """Send the file's spans to a real server and derive everything from them; what could not be read."""
    from tests.tracing.sending import send

    spans, problems = read_file(source, path)
    for _, body in write_requests(spans):
        assert send(server, body).status == 200
    server.derive()
    return problems


def list_turns(server: Server, conversation_id: str) -> list[tuple[str, str]]:
    """User message and answer of every turn of a conversation, as REST gives them."""
    turns = server.get_json(f"conversations/{conversation_id}")["turns"]
    return [(turn["user_message"], turn["answer"]["text"]) for turn in turns]
