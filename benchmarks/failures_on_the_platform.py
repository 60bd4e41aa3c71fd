"""Planted failures through the whole platform: conversations come in as spans, what it found of them goes out.

Spans go to the store, every stage runs as in `tacit up`, and modes are looked for each day. Each seed is a project of
its own. That users complain is what detectors have to find, so some of what is planted is not seen to fail at all; it
is told beside.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.planted_failures import FAILURES, TEXTS, TOPICS, draw_real, make_failing, make_good, start
from feedback.derivation import derive_changed_signals
from feedback.estimating import estimate_changed
from feedback.failure_modes.cases import Case
from feedback.failure_modes.naming import split_words
from feedback.failures.deriving import derive_changed_failures
from feedback.failures.finding import find_modes
from feedback.failures.records import load_failing
from feedback.models import FailureMode
from tracing.derivation import read_changed_traces
from tracing.importing import jsonl
from tracing.importing.entries import Origin, Row
from tracing.importing.requests import write_requests
from tracing.ingest import get_ingest
from tracing.models import Project
from tracing.receive.decoding import decode_spans
from tracing.store import Store
from tracing.template_learning import learn_changed_services

DAYS = 10
DAY = timedelta(days=1)
HELD = 0.8
RELEASES = ("1.8", "1.9", "2.0")
THANKS = ("thanks!", "great, thank you", "perfect, that helped", "ok thanks")


@dataclass(slots=True)
class World:
    """A project, what was planted in it, and chance."""

    store: Store
    project: Project
    draw: random.Random
    truth: dict[str, str] = field(default_factory=dict)
    """By conversation; of such as are no planted failures empty."""

    def tell(self, cases: Sequence[Case], truth: str, day: datetime) -> None:
        """Conversations of people, some time in the 24 hours before."""
        lines = [self.write(case, day - DAY * self.draw.random()) for case in cases]
        self.truth |= {line["conversation_id"]: truth for line in lines}
        origin = Origin("planted", self.project.slug, int(day.timestamp() * 1e9))
        spans = (
            span for at, line in enumerate(lines) for entry in jsonl.read(Row(at, line), origin) for span in entry.spans
        )
        for _, body in write_requests(spans):
            get_ingest().commit(
                "otel_traces", decode_spans(ExportTraceServiceRequest.FromString(body), self.project.pk)
            )

    def write(self, case: Case, begin: datetime) -> dict[str, Any]:
        """As a line to import; who is content often says so."""
        said = [(case.request, case.answer)]
        if case.reaction:
            said.append((case.reaction, self.draw.choice(("I am sorry about that.", "Let me look at it again."))))
        elif self.draw.random() < 0.4:
            said.append((self.draw.choice(THANKS), "You are welcome."))
        turns, at = [], begin
        for user, answer in said:
            at += timedelta(seconds=self.draw.uniform(20, 120))
            turns.append({"role": "user", "content": user, "time": at.isoformat()})
            at += timedelta(seconds=self.draw.uniform(2, 8))
            turns.append({"role": "assistant", "content": answer, "time": at.isoformat()})
        release = case.slices.get("release", self.draw.choice(RELEASES))
        name = f"{self.project.slug}-{len(self.truth)}-{self.draw.getrandbits(40):010x}"
        return {
            "conversation_id": name,
            "user_id": f"u{self.draw.getrandbits(32)}",
            "model": self.draw.choices(("large", "small", "mini"), (60, 30, 10))[0],
            "metadata": {"service.version": release},
            "turns": turns,
        }

    def find(self, now: datetime) -> None:
        """Run all stages until they are done, and one pass of the finder."""
        for step in (
            read_changed_traces,
            learn_changed_services,
            derive_changed_signals,
            estimate_changed,
            derive_changed_failures,
        ):
            while step(self.store):
                pass
        find_modes(self.store, self.project.pk, now)

    def list_modes(self) -> list[FailureMode]:
        return list(FailureMode.objects.filter(project=self.project, merged_into=None).order_by("number"))

    def count(self) -> dict[int, Counter[str]]:
        """By mode how many conversations of each truth it has; 0 for those that failed and are in none."""
        counts: dict[int, Counter[str]] = {}
        for row in load_failing(self.store, self.project.pk, limit=100_000):
            counts.setdefault(row.mode, Counter())[self.truth[row.conversation_id]] += 1
        return counts

    def find_holder(self, truth: str) -> FailureMode | None:
        """The mode that has four fifths of a failure's failing turns and, of what is planted, little else."""
        counts = self.count()
        failing = sum(own[truth] for own in counts.values())
        for mode in self.list_modes():
            own = counts.get(mode.number, Counter())
            planted = own.total() - own[""]
            if own[truth] >= HELD * max(failing, 1) and own[truth] >= HELD * planted:
                return mode
        return None

    def is_one(self, truth: str) -> bool:
        """Whether a mode holds a failure and no other mode is mostly of it."""
        counts = {number: own for number, own in self.count().items() if number}
        mostly = [number for number, own in counts.items() if own[truth] > own.total() / 2]
        return self.find_holder(truth) is not None and len(mostly) == 1

    def seen(self, truth: str) -> float:
        """The share of a planted failure that the signals call failing."""
        return sum(own[truth] for own in self.count().values()) / sum(each == truth for each in self.truth.values())


def make_world(store: Store, seed: int, name: str) -> World:
    project = Project.objects.create(slug=f"{name}-{seed}-{time.time_ns():x}"[:40], name=name)
    return World(store, project, start(seed))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one seed: for each question whether it was answered right, and the share that was seen to fail."""

    right: dict[str, bool]
    seen: float


def plant_days(store: Store, seed: int, faults: int = 20, each_day: int = 8) -> Outcome:
    """A failure on ten days, over two topics, another from the fourth day, among others: one mode each."""
    world = make_world(store, seed, "days")
    first, second = world.draw.sample(FAILURES, 2)
    topics = world.draw.sample(TOPICS, 3)
    real, well = draw_real(faults * DAYS, 40 * DAYS, world.draw)
    end = datetime.now(UTC)
    for day in range(DAYS):
        today = end - (DAYS - 1 - day) * DAY
        for topic in topics[:2]:
            world.tell(make_failing(topic, first, each_day, world.draw), first, today)
        if day >= 3:
            world.tell(make_failing(topics[2], second, each_day, world.draw), second, today)
        world.tell(real[faults * day : faults * (day + 1)], "", today)
        world.tell(well[40 * day : 40 * (day + 1)], "", today)
        world.find(today)
    return Outcome(
        {"the same failures on ten days are one mode each": all(map(world.is_one, (first, second)))}, world.seen(first)
    )


def plant_nothing(store: Store, seed: int, count: int = 1_000) -> Outcome:
    """Topics of different popularity, each of whose turns fails as often as any other."""
    world = make_world(store, seed, "nothing")
    real, well = draw_real(count // 4, count // 2, world.draw)
    for topic in TOPICS:
        well += make_good(topic, int(count * world.draw.random() ** 2 / 8), world.draw)
    world.draw.shuffle(well)
    failing = [replace(case, reaction=each.reaction) for case, each in zip(well, real, strict=False)][: count // 7]
    end = datetime.now(UTC)
    world.tell(failing, "", end)
    world.tell(well[len(failing) : count], "", end)
    world.find(end)
    modes = world.list_modes()
    return Outcome({"nothing planted: no mode claims lift or a slice": not any(map(claims, modes))}, world.seen(""))


def claims(mode: FailureMode) -> bool:
    return bool(mode.description["lift"]["is_claimed"] or mode.description["slices"])


def plant_in_slice(store: Store, seed: int, count: int = 1_000) -> Outcome:
    """3 % fail in one way, all in one release; 7 % in any way."""
    world = make_world(store, seed, "slice")
    failure, topic, release = world.draw.choice(FAILURES), world.draw.choice(TOPICS), world.draw.choice(RELEASES)
    planted = make_failing(topic, failure, int(0.03 * count), world.draw)
    real, well = draw_real(int(0.07 * count), int(0.5 * count), world.draw)
    well += [each for other in TOPICS for each in make_good(other, int(0.4 * count) // len(TOPICS), world.draw)]
    end = datetime.now(UTC)
    world.tell([replace(each, slices={"release": release}) for each in planted], failure, end)
    world.tell(real, "", end)
    world.tell(well, "", end)
    world.find(end)
    mode = world.find_holder(failure)
    nothing: dict[str, Any] = {"lift": {"is_claimed": False}, "slices": [], "terms": []}
    told: dict[str, Any] = mode.description if mode else nothing
    texts = TEXTS["failures"][failure]
    words = {word.casefold() for text in (*texts["answers"], *texts["reactions"]) for word in split_words(text)}
    named = {word.casefold() for term in told["terms"] for word in split_words(term["text"])}
    what = f"3 % of {count:,} conversations, in one release: "
    return Outcome(
        {
            f"{what}found, with lift": told["lift"]["is_claimed"],
            f"{what}named with its words": bool(named & words),
            f"{what}its release named, and no other slice": [(each["name"], each["value"]) for each in told["slices"]]
            == [("release", release)],
        },
        world.seen(failure),
    )


def measure(store: Store, seeds: Sequence[int]) -> Iterator[Sequence[object]]:
    """A row for each question: what, how many seeds were right, and how much was seen to fail."""
    for plant in (plant_days, plant_nothing, plant_in_slice):
        outcomes = [plant(store, seed) for seed in seeds]
        seen = sum(each.seen for each in outcomes) / len(outcomes)
        for what in outcomes[0].right:
            yield what, f"{sum(each.right[what] for each in outcomes)} of {len(seeds)}", f"{seen:.0%}"
