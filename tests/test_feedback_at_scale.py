"""Feedback by the thousand, half of it before its spans, told anew and taken back, over a server that is killed twice:
at the end every count is right."""

import contextlib
import http.client
import json
import signal
import threading
import time
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.config.platform_process import Platform, run_platform
from tests.tracing.otlp import make_request, make_span
from tests.tracing.reading import SECOND, call_model

FEEDBACK, SPANS = "/api/v1/feedback", "/v1/traces"
ITEMS_PER_REQUEST = 1_000
SPANS_PER_REQUEST = 500
NAMES = ("thumbs", "copy", "share", "rating", "accept")
"""What is told of each answer; each is heard as a signal."""
ANSWERS_PER_CONVERSATION = 5
Request = tuple[str, bytes]


@dataclass(frozen=True)
class Plan:
    """So many pieces of feedback, five on each answer; every tenth is told anew, every tenth taken back."""

    pieces: int
    start_ns: int = field(default_factory=lambda: time.time_ns() - 3_600 * SECOND)

    @property
    def answers(self) -> int:
        return self.pieces // len(NAMES)

    def list_requests(self) -> Iterator[Request]:
        """All, in their order: half of the feedback comes before the spans."""
        half = self.pieces // 2
        yield from self.tell(range(half))
        yield from self.send_spans()
        yield from self.tell(range(half, self.pieces))
        yield from self.tell([each for each in range(self.pieces) if self.is_told_again(each)], again=True)
        withdrawn = [each for each in range(self.pieces) if self.is_withdrawn(each)]
        yield from gather([{"identifier": f"piece-{each}", "withdrawn": True} for each in withdrawn])

    def tell(self, numbers: Sequence[int], *, again: bool = False) -> Iterator[Request]:
        return gather([self.make_item(number, again=again) for number in numbers])

    def make_item(self, number: int, *, again: bool = False) -> dict[str, Any]:
        """What is told first, or anew."""
        answer, place = divmod(number, len(NAMES))
        told = {"name": NAMES[place], "identifier": f"piece-{number}", "message_id": f"m-{answer}"}
        said: dict[str, Any] = {"explanation": "anew" if again else "first"}
        if NAMES[place] == "thumbs":
            said["label"] = "up" if again else "down"
        if NAMES[place] == "rating":
            said["score"] = 4 if again else 2
        return told | said

    def is_told_again(self, number: int) -> bool:
        return mix(number) % 10 == 3

    def is_withdrawn(self, number: int) -> bool:
        return mix(number) % 10 == 7

    def send_spans(self) -> Iterator[Request]:
        for first in range(0, self.answers, SPANS_PER_REQUEST):
            answers = range(first, min(first + SPANS_PER_REQUEST, self.answers))
            yield SPANS, make_request(*map(self.make_answer, answers)).SerializeToString()

    def make_answer(self, answer: int) -> Any:
        """A model call of a conversation of several, at times of its own."""
        conversation, place = divmod(answer, ANSWERS_PER_CONVERSATION)
        start = self.start_ns + (place * 60 + mix(answer) % 37) * SECOND
        named = {"gen_ai.conversation.id": f"c-{conversation}", "tacit.message.id": f"m-{answer}"}
        question = f"What do I need a {WORDS[answer % 7]} {WORDS[answer % 11]} of {mix(answer) % 977} for?"
        attributes = call_model(question, f"You need it for the {WORDS[answer % 5]}.") | named
        times = {"start_time_unix_nano": start, "end_time_unix_nano": start + SECOND}
        return make_span(1, answer + 1, attributes, **times)

    def count(self) -> dict[str, Any]:
        """What must be there at the end."""
        stands = [each for each in range(self.pieces) if not self.is_withdrawn(each)]
        items = [self.make_item(each, again=self.is_told_again(each)) for each in stands]
        return {
            "spans": self.answers,
            "generations": self.answers,
            "conversations": self.answers // ANSWERS_PER_CONVERSATION,
            "feedback": Counter((each["name"], each.get("label", ""), each["explanation"]) for each in items),
            "signals": Counter((each["name"], each.get("label", "")) for each in items),
        }


WORDS = ("garden", "green", "paper", "quiet", "river", "kitchen", "early", "letter", "metal", "window", "yellow")


def mix(number: int) -> int:
    """A number that has nothing to do with the place of this one."""
    return number * 2_654_435_761 % 2**32 >> 8


def gather(items: Sequence[dict[str, Any]]) -> Iterator[Request]:
    for first in range(0, len(items), ITEMS_PER_REQUEST):
        yield FEEDBACK, json.dumps(items[first : first + ITEMS_PER_REQUEST]).encode()


class Sender:
    """Posts what waits, in its order; what was not acknowledged goes on waiting."""

    def __init__(self, requests: Iterator[Request]) -> None:
        self.waiting = deque(requests)

    def send(self, url: str) -> None:
        """Until nothing waits, or the server is gone."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            while self.waiting:
                path, body = self.waiting[0]
                post(url + path, body)
                self.waiting.popleft()

    def send_until_killed(self, platform: Platform, left: int) -> None:
        """Until so many wait; the server is killed over the next."""
        thread = threading.Thread(target=self.send, args=(platform.url,))
        thread.start()
        while len(self.waiting) > left:
            time.sleep(0.001)
        platform.end(signal.SIGKILL)
        thread.join()
        assert self.waiting


def post(url: str, body: bytes) -> None:
    kind = "application/json" if body.startswith(b"[") else "application/x-protobuf"
    request = urllib.request.Request(url, body, {"Content-Type": kind}, method="POST")
    with urllib.request.urlopen(request, timeout=120) as answer:
        told = answer.read()
    if kind == "application/json":
        assert json.loads(told) == {"accepted": len(json.loads(body)), "rejected": []}


def read(platform: Platform, path: str) -> Any:
    """As `Platform.get_json`, with the patience that a hundred thousand take on a busy machine."""
    with urllib.request.urlopen(f"{platform.url}/api/v1/{path}", timeout=120) as answer:
        return json.load(answer)


def walk(platform: Platform, path: str) -> Iterator[dict[str, Any]]:
    """All items of a list, page by page."""
    cursor: str | None = ""
    while cursor is not None:
        page = read(platform, f"{path}limit=1000&cursor={cursor}")
        yield from page["items"]
        cursor = page["next_cursor"]


def look(platform: Platform) -> dict[str, Any]:
    stats = read(platform, "stats")
    signals = [each for name in NAMES for each in walk(platform, f"signals?kind={name}&")]
    return {
        **{name: stats[name] for name in ("spans", "generations", "conversations")},
        "feedback": Counter((each["name"], each["label"], each["explanation"]) for each in walk(platform, "feedback?")),
        "signals": Counter((each["kind"], each["label"]) for each in signals),
    }


def wait_for_stages(platform: Platform, plan: Plan) -> None:
    """Until all is heard: the figures themselves take a while to count."""
    until = time.monotonic() + 60 + plan.pieces / 50
    while any(read(platform, "stats")["lag"].values()) and time.monotonic() < until:
        time.sleep(0.5 + plan.pieces / 10_000)


@pytest.mark.parametrize("pieces", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_every_count_is_right(tmp_path: Path, pieces: int) -> None:
    plan = Plan(pieces)
    sender = Sender(plan.list_requests())
    count = len(sender.waiting)
    start = time.monotonic()
    for left in (count * 2 // 3, count // 3):
        with run_platform(tmp_path, TACIT_TRANSFORMER_SHARE="0") as platform:
            sender.send_until_killed(platform, left)
    with run_platform(tmp_path, TACIT_TRANSFORMER_SHARE="0") as platform:
        sender.send(platform.url)
        assert not sender.waiting
        sent = time.monotonic()
        wait_for_stages(platform, plan)
        print(f"{pieces:,} pieces: sent in {sent - start:.1f} s, all heard {time.monotonic() - sent:.1f} s later")
        assert look(platform) == plan.count()
