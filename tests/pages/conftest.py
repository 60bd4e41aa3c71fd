"""A project with conversations in the real store, and a client that asks for its pages."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client

from feedback.detectors import detect_signals
from feedback.detectors.material import Material
from feedback.explicit import Feedback
from feedback.records import ConversationSignals, write_feedback, write_signals
from tracing.conversations import Answer, Conversation, Turn
from tracing.models import Project
from tracing.records import write_conversations
from tracing.store import Store

SECOND_NS = 10**9
HOUR_NS = 3600 * SECOND_NS


def make_answer(text: str, start_ns: int, name: str, **fields: object) -> Answer:
    """An answer of two seconds; its ids are made from `name`."""
    known = {
        "trace_id": f"{name}-trace",
        "span_id": f"{name}-span",
        "text": text,
        "outcome": "completed",
        "ended_by": "",
        "start_time_ns": start_ns,
        "duration_ns": 2 * SECOND_NS,
        "model": "gpt-x",
        "generation_span_ids": (f"{name}-span",),
    }
    return Answer(**(known | fields))  # type: ignore[arg-type]


@dataclass
class Teller:
    """Writes conversations into the store as the stages would: turns, feedback and the signals of all detectors."""

    project: Project
    store: Store
    now_ns: int = field(default_factory=time.time_ns)
    versions: int = 1
    gathers: bool = False
    waiting: list[tuple[Conversation, Sequence[Feedback]]] = field(default_factory=list)

    def tell(
        self,
        conversation_id: str,
        turns: Sequence[tuple[str, str]] = (("How do I reset it?", "Hold the button."),),
        *,
        age_hours: float = 1,
        feedback: Sequence[Feedback] = (),
        **fields: str,
    ) -> Conversation:
        """Tell a conversation of (user, answer) pairs, a minute apart, that began `age_hours` ago."""
        start = self.now_ns - int(age_hours * HOUR_NS)
        answers = [
            make_answer(answer, start + index * 60 * SECOND_NS, f"{conversation_id}-{index}")
            for index, (_, answer) in enumerate(turns)
        ]
        told = tuple(Turn(index, user, answers[index]) for index, (user, _) in enumerate(turns))
        return self.write(Conversation(self.project.pk, conversation_id, told, **fields), feedback)

    def write(self, conversation: Conversation, feedback: Sequence[Feedback] = ()) -> Conversation:
        self.waiting.append((conversation, feedback))
        if not self.gathers:
            self.write_waiting()
        return conversation

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is told in here is written at its end, at once: quicker where it is much."""
        self.gathers = True
        yield
        self.gathers = False
        self.write_waiting()

    def write_waiting(self) -> None:
        self.versions += 1
        conversations = [conversation for conversation, _ in self.waiting]
        write_conversations(self.store, conversations, previous={}, version=self.versions)
        write_feedback(self.store, [each for _, feedback in self.waiting for each in feedback], self.versions)
        found = [ConversationSignals(each, detect_signals(Material(each, feedback))) for each, feedback in self.waiting]
        keys = [each.conversation_id for each in conversations]
        write_signals(self.store, self.project.pk, found, keys, self.versions)
        self.waiting.clear()

    def thumb(self, conversation_id: str, turn: int, label: str, explanation: str = "") -> Feedback:
        """A thumb on the answer of a turn that `tell` tells."""
        return Feedback(
            project_id=self.project.pk,
            identifier=f"{conversation_id}-{turn}-thumb",
            name="thumbs",
            time_ns=self.now_ns,
            label=label,
            explanation=explanation,
            conversation_id=conversation_id,
            trace_id=f"{conversation_id}-{turn}-trace",
            span_id=f"{conversation_id}-{turn}-span",
        )


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


@dataclass(frozen=True)
class Page:
    """What came back for an address."""

    status: int
    html: str
    response: HttpResponse

    @property
    def text(self) -> str:
        """Only the words, white space collapsed."""
        bare = re.sub(r"<(head|title)\b.*?</\1>", " ", self.html, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())

    def find_links(self, part: str) -> list[str]:
        """Addresses of links that contain `part`, in order, each once."""
        found = [unescape(link) for link in re.findall(r'href="([^"]*)"', self.html)]
        return list(dict.fromkeys(link for link in found if part in link))

    def list_conversations(self) -> list[str]:
        """Addresses of the conversations that a list shows."""
        return [link.partition("?")[0] for link in self.find_links("/conversations/")]


class Inspector(HTMLParser):
    """Reads a page as a browser would and notes what a strict Content-Security-Policy forbids, or what loads afar."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("style", "img", "iframe", "object", "embed", "base") or (tag == "script" and not given.get("src")):
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            link = (value or "").strip().lower()
            if name == "style" or name.startswith("on"):
                self.faults.append(f"{tag} {name}={value!r}")
            is_outward = tag == "a" and link.startswith("https://") and given.get("rel") == "noopener noreferrer"
            if name in ("href", "src", "action", "hx-get") and re.match(r"[a-z]+:", link) and not is_outward:
                self.faults.append(f"{tag} {name}={value!r}")


@pytest.fixture
def open_page(teller: Teller) -> Callable[[str], Page]:
    """Ask for an address under the project's pages, or for one that begins with a slash; nothing in it is inline."""
    client = Client(headers={"host": "localhost"})

    def ask(path: str) -> Page:
        address = path if path.startswith("/") else f"/p/{teller.project.slug}/{path}"
        response = client.get(address)
        html = response.content.decode() if "text/html" in response.headers.get("Content-Type", "") else ""
        assert not Inspector(html).faults
        return Page(response.status_code, html, response)

    return ask


@pytest.fixture
def address_of() -> Callable[[str], str]:
    return lambda conversation_id: f"conversations/{quote(conversation_id, safe='')}"
