"""Machines planted among people, with a seed: what programs do within a turn, whole conversations that they lead, and
people who look like them. `HALVES` are two sets of variations: rules were made with the first, the second was held out.
"""

import json
import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from feedback.detectors import detect_signals
from feedback.detectors.machines import ABOUT_USERS, RUSH, judge
from feedback.detectors.material import Material
from feedback.detectors.traffic import Alike
from feedback.detectors.usual import Usual
from feedback.explicit import Feedback
from feedback.traffic import MINUTE_NS, Surroundings, find_first_trace, hash_opening
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "tracing/demo/dialogues.jsonl"
SECOND_NS = 10**9
DAY_S = 86_400.0
DAYS = 10
NOW_S = time.time() // DAY_S * DAY_S - (DAYS + 2) * DAY_S
"""When it all begins: what is usual is asked of the last thirty days."""
HALVES = ("tuned", "held out")
NO_SIGN = "no sign"
"""Kind of what machines do without anything that shows it: it is not found, and not counted among the others."""
READING_WORDS_A_SECOND = 250 / 60

Talk = Sequence[tuple[str, str]]
"""Pairs of what was asked and answered."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing, what made it (`kind`) and how, and whether a person did."""

    kind: str
    way: str
    material: Material
    is_person: bool
    turns: tuple[int, ...] = ()
    """Turns that the thing is about; empty is the whole conversation."""


@dataclass(frozen=True, slots=True)
class Led:
    """A conversation and what its traces say of who runs it."""

    kind: str
    way: str
    conversation: Conversation
    names: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)


def load_talks(path: Path = DEMO) -> list[Talk]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [[(turn["user"], turn["answer"]) for turn in row["turns"] if turn.get("answer")] for row in rows]


def is_unhappy(talk: Conversation) -> bool:
    found = detect_signals(Material(talk))
    return any(each.fired and each.polarity < 0 and each.kind in ABOUT_USERS for each in found)


class Writer:
    """Makes conversations with ids and times of their own."""

    def __init__(self, seed: int, talks: Sequence[Talk]) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.talks = [talk for talk in talks if talk]
        self.number = 0
        self.unhappy = [talk for talk in self.talks if is_unhappy(self.talk(NOW_S, talk[:4]))]
        """Those whose first turns would be taken for displeasure: what machines are given to say."""

    def pick(self, *choices: Any) -> Any:
        return self.chance.choice(choices)

    def spread(self, low: float, middle: float, high: float) -> float:
        """A time in seconds as people's are spread: logarithmic around the middle."""
        return min(high, max(low, middle * math.exp(self.chance.gauss(0, 1))))

    def answer(self, text: str, start_s: float, seconds: float, **fields: Any) -> Answer:
        self.number += 1
        known: dict[str, Any] = {
            "trace_id": f"{self.number:032x}",
            "span_id": f"{self.number:016x}",
            "text": text,
            "outcome": "completed",
            "ended_by": "",
            "start_time_ns": int(start_s * SECOND_NS),
            "duration_ns": int(seconds * SECOND_NS),
            "model": "gpt-x",
            "generation_span_ids": (f"{self.number:016x}",),
        }
        return Answer(**(known | fields))

    def talk(
        self, start_s: float, talk: Talk, *, thinks: Callable[[str], float] | None = None, **fields: Any
    ) -> Conversation:
        """A conversation as people lead it: they read an answer, think and type, unless `thinks` says how long."""
        self.number += 1
        turns, at = [], start_s
        for index, (user, text) in enumerate(talk):
            seconds = 1 + len(text) / 300
            turns.append(Turn(index, user, self.answer(text, at, seconds)))
            at += seconds + (thinks(text) if thinks else self.read(text))
        given = {"conversation_id": f"conversation-{self.number}"} | fields
        return Conversation(project_id=1, turns=tuple(turns), **given)

    def read(self, text: str) -> float:
        """Seconds until somebody who reads (part of) an answer has typed the next message."""
        return 1.5 + self.chance.uniform(0.2, 1) * len(text.split()) / READING_WORDS_A_SECOND + self.spread(1, 8, 900)


# Within a turn


def plant_in_turns(writer: Writer, half: str, count: int) -> Iterator[Planted]:
    """So many of each kind of attempts within one turn of a real dialogue, machines' and people's."""
    is_tuned = half == HALVES[0]
    makers: Mapping[str, Callable[[Answer], tuple[str, list[Answer], list[Feedback]]]] = {
        "retry": lambda first: retry(writer, first, is_tuned),
        "client limit": lambda first: cut_by_client(writer, first, is_tuned),
        "fallback": lambda first: fall_back(writer, first, is_tuned),
        "best of n": lambda first: sample(writer, first, is_tuned),
        "app's check": lambda first: check(writer, first, is_tuned),
        "curious": lambda first: be_curious(writer, first, is_tuned),
        NO_SIGN: lambda first: check_apart(writer, first),
        "regeneration": lambda first: regenerate(writer, first, is_tuned),
        "stop": lambda first: stop(writer, first, is_tuned),
    }
    for kind, make in makers.items():
        for _ in range(count):
            talk = list(writer.pick(*writer.talks)[:4])
            base = writer.talk(NOW_S + writer.chance.uniform(0, DAY_S), talk, user_id=writer.pick("", "ann"))
            place = writer.chance.randrange(len(talk))
            way, answers, told = make(base.turns[place].answer)
            yield Planted(
                kind,
                way,
                Material(put_answers(base, place, answers), told),
                is_person=kind in ("regeneration", "stop"),
                turns=(place,),
            )
    for _ in range(count):
        yield resend(writer)


def put_answers(base: Conversation, place: int, answers: Sequence[Answer]) -> Conversation:
    """The conversation with these attempts in one turn, and all that came after it as much later."""
    old = base.turns[place].answer
    later = max(answer.end_time_ns for answer in answers) - old.end_time_ns
    turns = []
    for turn in base.turns:
        if turn.index == place:
            ordered = sorted(answers, key=lambda each: each.start_time_ns)
            turns.append(replace(turn, answer=ordered[-1], alternatives=tuple(ordered[:-1])))
        elif turn.index > place:
            turns.append(replace(turn, answer=replace(turn.answer, start_time_ns=turn.answer.start_time_ns + later)))
        else:
            turns.append(turn)
    return replace(base, turns=tuple(turns))


def after(writer: Writer, before: Answer, gap_s: float, text: str = "Here is another one.", **fields: Any) -> Answer:
    return writer.answer(text, before.end_time_ns / 1e9 + gap_s, writer.chance.uniform(1, 9), **fields)


def retry(writer: Writer, first: Answer, is_tuned: bool) -> tuple[str, list[Answer], list[Feedback]]:
    """A client's retries after errors and time limits, with pauses that grow."""
    base = 0.5 if is_tuned else writer.pick(0.25, 1, 2)
    failure = writer.pick(
        {"outcome": "error", "text": "", "error_type": "RateLimitError"},
        {"outcome": "stopped", "ended_by": "timeout"},
        {"outcome": "stopped", "ended_by": "unknown", "text": ""},
        {"outcome": "error", "error_type": "APIConnectionError"},
    )
    is_one_trace = writer.pick(True, False)
    answers = [replace(first, **failure)]
    for attempt in range(writer.pick(1, 2, 3)):
        gap = min(8.0, base * 2**attempt) * writer.chance.uniform(0.75, 1)
        trace = {"trace_id": first.trace_id} if is_one_trace else {}
        answers.append(after(writer, answers[-1], gap, **trace, **({} if attempt == 2 else failure)))
    answers[-1] = replace(answers[-1], outcome="completed", ended_by="", error_type="", text="Now it works.")
    return str(failure.get("error_type") or failure.get("ended_by")), answers, []


def cut_by_client(writer: Writer, first: Answer, is_tuned: bool) -> tuple[str, list[Answer], list[Feedback]]:
    """A client whose time limit ends the answer, and which asks again by itself."""
    limit = writer.pick(5, 10, 30, 60) if is_tuned else writer.pick(3, 8, 15, 20, 45, 90, 120)
    seconds = limit + abs(writer.chance.gauss(0.02, 0.02))
    cut = replace(first, outcome="stopped", ended_by=writer.pick("client", "unknown"), duration_ns=int(seconds * 1e9))
    gap = writer.chance.uniform(0, 1) if is_tuned else writer.pick(0.0, 0.5, 2.0, 4.0) + writer.chance.random()
    return f"after {limit} s", [cut, after(writer, cut, gap)], []


def fall_back(writer: Writer, first: Answer, is_tuned: bool) -> tuple[str, list[Answer], list[Feedback]]:
    """Another model after a failure, or after an answer that the app did not take."""
    failed = writer.pick("failed", "not taken")
    given = replace(first, outcome="error", text="") if failed == "failed" else first
    gap = writer.chance.uniform(0.005, 0.7)
    trace = {"trace_id": first.trace_id} if not is_tuned or writer.pick(True, False) else {}
    if trace:
        gap = writer.chance.uniform(0.005, 3 if is_tuned else 6)
    return failed, [given, after(writer, given, gap, model="gpt-y", **trace)], []


def sample(writer: Writer, first: Answer, is_tuned: bool) -> tuple[str, list[Answer], list[Feedback]]:
    """Several answers at once or one after the other, of which the app takes one; or another model in the shadow."""
    way = writer.pick("at once", "one after the other", "shadow")
    answers = [first]
    count = 2 if way == "shadow" else writer.pick(2, 3, 5) if is_tuned else writer.pick(4, 8, 16)
    for _ in range(count - 1):
        start = answers[-1].end_time_ns / 1e9 + writer.chance.uniform(0.001, 0.3)
        if way != "one after the other":
            start = first.start_time_ns / 1e9 + writer.chance.uniform(0, min(1.0, first.duration_ns / 1e9))
        model = "gpt-y" if way == "shadow" else "gpt-x"
        answers.append(
            writer.answer("Another one.", start, first.duration_ns / 1e9 * writer.chance.uniform(0.5, 2), model=model)
        )
    return way, answers, []


def check(writer: Writer, first: Answer, is_tuned: bool) -> tuple[str, list[Answer], list[Feedback]]:
    """The app asks again since its own check did not pass: a format at once, a judging model after its own call."""
    way = writer.pick("format", "judge")
    gap = writer.chance.uniform(0.005, 0.5) if way == "format" else writer.chance.uniform(0.8, 4 if is_tuned else 9)
    trace = {"trace_id": first.trace_id} if way == "judge" or writer.pick(True, False) else {}
    answers = [first]
    for _ in range(writer.pick(1, 1, 2)):
        answers.append(after(writer, answers[-1], gap, **trace))
    return way, answers, []


def check_apart(writer: Writer, first: Answer) -> tuple[str, list[Answer], list[Feedback]]:
    """The judging model's check, where each call is a trace of its own."""
    return "a judge, no common trace", [first, after(writer, first, writer.chance.uniform(1.2, 4))], []


def be_curious(writer: Writer, first: Answer, is_tuned: bool) -> tuple[str, list[Answer], list[Feedback]]:
    """Somebody who took the answer away or praised it, and wants to see another one."""
    way = (
        writer.pick("copy", "accept", "share", "thumbs")
        if is_tuned
        else writer.pick("copy", "share", "rating", "thumbs")
    )
    wait = writer.spread(4, 25, 600)
    told = {"thumbs": {"label": "up"}, "rating": {"score": 5.0, "metadata": {"min": 1, "max": 5}}}.get(way, {})
    act = Feedback(
        project_id=1,
        identifier=f"act-{writer.number}",
        name=way,
        time_ns=first.end_time_ns + int(wait * writer.chance.uniform(0.2, 0.9) * 1e9),
        trace_id=first.trace_id,
        span_id=first.span_id,
        **told,  # type: ignore[arg-type]
    )
    return way, [first, after(writer, first, wait)], [act]


def regenerate(writer: Writer, first: Answer, is_tuned: bool) -> tuple[str, list[Answer], list[Feedback]]:
    """Somebody who wants another answer: after two seconds to ten minutes, at times with another model."""
    waits = [writer.spread(2, 15 if is_tuned else 40, 600) for _ in range(writer.pick(1, 1, 1, 2))]
    answers = [first]
    for wait in waits:
        model = writer.pick("gpt-x", "gpt-x", "gpt-y")
        if writer.chance.random() < 0.15:  # stopped it before
            seconds = writer.chance.uniform(1, max(1.5, answers[-1].duration_ns / 1e9))
            answers[-1] = replace(answers[-1], outcome="stopped", ended_by="client", duration_ns=int(seconds * 1e9))
        answers.append(after(writer, answers[-1], wait, model=model))
    return "after 2 s to 10 min", answers, []


def stop(writer: Writer, first: Answer, is_tuned: bool) -> tuple[str, list[Answer], list[Feedback]]:
    """Somebody who stops the answer, and may ask again."""
    seconds = writer.spread(0.7, 6 if is_tuned else 11, 90)
    cut = replace(first, outcome="stopped", ended_by="client", duration_ns=int(seconds * 1e9))
    if writer.chance.random() < 0.5:
        return "stopped", [cut], []
    return "stopped and asked again", [cut, after(writer, cut, writer.spread(1.2, 8, 300))], []


def resend(writer: Writer) -> Planted:
    """Somebody who sends the same message again, where the app sends all that was said before."""
    talk = next(each for each in iter(lambda: writer.pick(*writer.talks), None) if len(each[0][0]) >= 12)
    words, answer = talk[0]
    sent = writer.talk(NOW_S, [(words, answer), (words, "Let me try once more."), *talk[1:3]], user_id="ann")
    return Planted("regeneration", "the message sent again", Material(sent), is_person=True, turns=(0, 1))


# Whole conversations


def lead_conversations(writer: Writer, half: str, scale: int) -> list[Led]:
    """Ten days of services: people's and machines'; more of each with `scale`."""
    is_tuned = half == HALVES[0]
    led = [*people(writer, is_tuned, scale), *named_machines(writer, is_tuned, scale)]
    led += [*clocks(writer, is_tuned, scale), *crowds(writer, is_tuned, scale)]
    return [*led, *simulated_users(writer, scale)]


def at_work(writer: Writer) -> float:
    """A time at which people are up, somewhere in the ten days."""
    day = writer.chance.randrange(DAYS)
    return NOW_S + day * DAY_S + 3600 * min(23.9, max(0.1, writer.chance.gauss(14, 4))) + writer.chance.random()


def people(writer: Writer, is_tuned: bool, scale: int) -> Iterator[Led]:
    """People, among them those that look like machines."""
    talks, pick, chance = writer.talks, writer.pick, writer.chance
    for _ in range(60 * scale):
        user = f"user-{chance.randrange(40 * scale)}" if chance.random() < 0.9 else ""
        yield Led("people", "customers", writer.talk(at_work(writer), pick(*talks), service_name="shop", user_id=user))
        environment = pick("staging", "development", "test", "qa", "uat", "preview", "local")
        user = pick("", "tester7", "qa-anna", "test", "test@example.com", "travis", "jenkins_17", "canary-wharf-office")
        talk = writer.talk(
            at_work(writer), pick(*talks), service_name="shop-next", environment=environment, user_id=user
        )
        yield Led("people", "staging", talk)
        tags = (
            pick("cron", "pytest", "evaluation", "batch", "benchmark", "monitoring", "ab-test"),
            pick("python", "de"),
        )
        user = pick("", f"dev-{chance.randrange(30)}")
        several = [each for each in talks if len(each) > 1]
        talk = writer.talk(at_work(writer), pick(*several), service_name="code-helper", tags=tags, user_id=user)
        yield Led("people", "tags that are topics", talk)
        metadata = pick(
            {"experiment_id": "greeting-b", "experiment": "b"},
            {"source": "landing-page"},
            {"stage": "evaluation"},
            {"is_test": False, "plan": "free"},
            {"type": "chat", "mode": "offline"},
        )
        service = pick(
            "essay-evaluation", "monitoring-assistant", "scheduler", "test-prep", "batch-cooking", "airflow-help"
        )
        talk = writer.talk(at_work(writer), pick(*talks), service_name=service, user_id=f"user-{chance.randrange(50)}")
        yield Led("people", "apps about tests and trials", talk, metadata=metadata)
    yield from alike_people(writer, is_tuned, scale)


def alike_people(writer: Writer, is_tuned: bool, scale: int) -> Iterator[Led]:
    """People who all begin with the same words."""
    talks, chance = writer.talks, writer.chance
    prompts = ["What can you do for me?", "Summarise this document", "Write a cover letter", "Plan my week", "Hello"]
    for _ in range(120 * scale):
        talk = [(chance.choice(prompts), "Gladly."), *writer.pick(*talks)[: writer.pick(0, 0, 1, 3)]]
        yield Led("people", "suggested prompts, no users", writer.talk(at_work(writer), talk, service_name="open-chat"))
        user = f"u{chance.randrange(500)}"
        talk = [(chance.choice(prompts), "Gladly."), *writer.pick(*talks)[: writer.pick(0, 1, 3)]]
        yield Led("people", "suggested prompts", writer.talk(at_work(writer), talk, service_name="shop", user_id=user))
        talk = [("What is new in our handbook?", "Three things."), *writer.pick(*talks)[: writer.pick(0, 1, 2)]]
        user = f"colleague-{chance.randrange(12)}"
        yield Led(
            "people", "a team's question", writer.talk(at_work(writer), talk, service_name="intranet", user_id=user)
        )
    for lesson in range(3 * scale):
        begins = at_work(writer)
        for pupil in range(30):
            talk = [
                (f"Explain task {lesson} of the work sheet", "Gladly."),
                *writer.pick(*talks)[: writer.pick(0, 1, 2)],
            ]
            pupil_id = f"pupil-{pupil}" if lesson % 2 else ""
            start = begins + chance.uniform(0, 60)
            yield Led("people", "a class", writer.talk(start, talk, service_name="school", user_id=pupil_id))
    for day in range(4):
        for _ in range(60 if is_tuned else 45):
            start = NOW_S + day * DAY_S + 43_200 + chance.uniform(0, 60)
            talk = [("Tell me a joke", "Gladly."), *writer.pick(*talks)[: writer.pick(0, 0, 2)]]
            yield Led("people", "a button that everybody presses", writer.talk(start, talk, service_name="open-chat"))
    for person in range(2 * scale):
        for day in range(DAYS):
            start = NOW_S + day * DAY_S + 8 * 3600 + chance.gauss(0, 600 if is_tuned else 240)
            talk = [("Good morning, what is on my list?", "Three things."), *writer.pick(*talks)[: writer.pick(0, 1)]]
            yield Led("people", "one person each morning", writer.talk(start, talk, service_name=f"diary-{person}"))


NAMES: Mapping[str, Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]]] = {
    "tuned": (
        ("evaluation", {"environment": "sdk-experiment"}, {}, {}),
        ("evaluation", {"tags": ("evaluation",)}, {}, {}),
        ("evaluation", {"user_id": "eval-runner"}, {}, {}),
        ("evaluation", {}, {"span_keys": ["langfuse.experiment.id"]}, {}),
        ("evaluation", {}, {}, {"dataset_item_id": "17", "dataset_run_name": "v3"}),
        ("evaluation", {}, {"resource": [("openinference.project.name", "Experiment-1f3a")]}, {}),
        ("test", {"environment": "ci"}, {}, {}),
        ("test", {}, {"scopes": ["pytest-opentelemetry"], "span_keys": ["pytest.nodeid"]}, {}),
        ("test", {}, {"resource": [("cicd.pipeline.run.id", "8812")]}, {}),
        ("test", {"user_id": "github-actions[bot]"}, {}, {}),
        ("schedule", {}, {"resource": [("k8s.cronjob.name", "digest")]}, {}),
        ("schedule", {}, {}, {"trigger": "cron"}),
        ("schedule", {"user_id": "cron"}, {}, {}),
        ("load_test", {"user_id": "locust-17"}, {}, {}),
        ("load_test", {}, {"resource": [("user_agent.original", "k6/0.49.0 (https://k6.io/)")]}, {}),
        ("load_test", {"environment": "load-test"}, {}, {}),
        ("monitor", {}, {"resource": [("user_agent.original", "kube-probe/1.29")]}, {}),
        ("monitor", {"user_id": "healthcheck"}, {}, {}),
        ("monitor", {}, {"resource": [("user_agent.synthetic.type", "bot")]}, {}),
        ("batch", {"tags": ("batch-job",)}, {}, {}),
        ("batch", {"user_id": "backfill-2026"}, {}, {}),
    ),
    "held out": (
        ("evaluation", {"environment": "evals"}, {}, {}),
        ("evaluation", {"tags": ("nightly-eval", "v12")}, {}, {}),
        ("evaluation", {"conversation_id": "eval-run-7-case-{number}"}, {}, {}),
        ("evaluation", {"user_id": "promptfoo"}, {}, {}),
        ("evaluation", {}, {"span_keys": ["confident.trace.test_case_id"]}, {}),
        ("evaluation", {}, {"resource": [("braintrust.parent", "experiment_id:77")]}, {}),
        ("evaluation", {}, {}, {"reference_example_id": "9b1c"}),
        ("test", {"tags": ("env:ci", "run:e2e")}, {}, {}),
        ("test", {}, {"span_keys": ["test.case.name", "test.suite.name"]}, {}),
        ("test", {"user_id": "gitlab-ci"}, {}, {}),
        ("test", {"service_name": "pytest"}, {}, {}),
        ("schedule", {}, {"resource": [("faas.trigger", "timer")]}, {}),
        ("schedule", {"tags": ("trigger:schedule",)}, {}, {}),
        ("schedule", {"user_id": "svc-nightly-report"}, {}, {}),
        ("load_test", {"user_id": "load_test_user_3"}, {}, {}),
        ("load_test", {}, {"resource": [("user_agent.original", "Apache-JMeter/5.6")]}, {}),
        ("load_test", {"tags": ("stress-test",)}, {}, {}),
        ("monitor", {}, {"resource": [("user_agent.original", "Mozilla/5.0 (compatible; UptimeRobot/2.0)")]}, {}),
        ("monitor", {"user_id": "synthetic-monitor"}, {}, {}),
        ("monitor", {"environment": "synthetics"}, {}, {}),
        ("batch", {}, {"resource": [("k8s.job.name", "embed-all")]}, {}),
        ("batch", {"environment": "batch"}, {}, {}),
    ),
}
"""Fields of the conversation, what its spans say, and metadata, for each kind."""


def named_machines(writer: Writer, is_tuned: bool, scale: int) -> Iterator[Led]:
    """Machines that name themselves, at times of no regularity, one turn or several."""
    for kind, fields, names, metadata in NAMES[HALVES[0 if is_tuned else 1]]:
        for number in range(4 * scale):
            given = {"service_name": writer.pick("shop", "open-chat")} | {
                key: value.format(number=number) if isinstance(value, str) else value for key, value in fields.items()
            }
            talk = writer.talk(
                NOW_S + writer.chance.uniform(0, DAYS * DAY_S),
                writer.pick(*writer.unhappy)[: writer.pick(1, 4, 4)],
                thinks=lambda _: writer.chance.uniform(0.02, 3),
                **given,
            )
            yield Led(kind, f"named by {next(iter({**fields, **names, **metadata}))}", talk, names, metadata)


def clocks(writer: Writer, is_tuned: bool, scale: int) -> Iterator[Led]:
    """Machines without a name that a clock starts: at a time of day, or some seconds after the last answer."""
    chance = writer.chance
    periods = (600, 3_600, 86_400) if is_tuned else (300, 900, 7_200, 43_200)
    for job, period in enumerate(periods * scale):
        talk = writer.pick(*writer.unhappy)[:4]
        count = min(40, int(DAYS * DAY_S / period))
        for run in range(count):
            start = NOW_S + run * period + 420 + chance.uniform(0, 2.5)
            said = [(f"{talk[0][0]} ({chr(97 + job)}, {run} of today)", talk[0][1]), *talk[1:]]
            quick = writer.talk(start, said, thinks=lambda _: 0.05, service_name=writer.pick("open-chat"))
            yield Led("schedule", f"by the clock, every {period:,} s", quick)
    pauses = (30, 60, 300) if is_tuned else (15, 45, 120, 600)
    for job, pause in enumerate(pauses * scale):
        at = NOW_S + chance.uniform(0, DAY_S)
        talk = writer.pick(*writer.unhappy)[:4]
        for _ in range(40):
            said = [(f"{talk[0][0]} [{chr(97 + job)}]", talk[0][1]), *talk[1:]]
            probe = writer.talk(at, said, thinks=lambda _: 0.05, service_name="shop")
            yield Led("monitor", f"{pause} s after the last", probe)
            taken = (probe.turns[-1].answer.end_time_ns - probe.turns[0].answer.start_time_ns) / 1e9
            at += pause + taken + chance.uniform(0.3, 0.3 + min(2.0, pause * 0.03))
    for job, period in enumerate((1_800, 3_600) if is_tuned else (900, 5_400)):
        words = writer.pick(*writer.talks)[0][0]
        answers = [
            writer.answer("All is well.", NOW_S + job + run * period + chance.uniform(0, 2), 3) for run in range(20)
        ]
        turn = Turn(0, words, answers[-1], tuple(answers[:-1]))
        yield Led("schedule", "again and again in one conversation", Conversation(1, f"job-{job}-{period}", (turn,)))


def simulated_users(writer: Writer, scale: int) -> Iterator[Led]:
    """A model that plays the user, at a person's pace, where nobody is ever named."""
    for _ in range(20 * scale):
        start = NOW_S + writer.chance.uniform(0, DAYS * DAY_S)
        talk = writer.talk(start, writer.pick(*writer.unhappy)[:4], service_name="open-chat")
        yield Led(NO_SIGN, "a model plays the user", talk)


def crowds(writer: Writer, is_tuned: bool, scale: int) -> Iterator[Led]:
    """Machines without a name that begin more conversations than people can."""
    chance = writer.chance
    for job in range(scale):
        begins, talk = NOW_S + chance.uniform(0, DAYS * DAY_S), writer.pick(*writer.unhappy)[:4]
        said = [(f"{talk[0][0]} <{chr(97 + job)}>", talk[0][1]), *talk[1:]]
        a_second = 5 if is_tuned else 2
        for number in range(300):
            start = begins + number / a_second + chance.uniform(0, 0.5)
            load = writer.talk(start, said, thinks=lambda _: 0.02, service_name=writer.pick("shop", "open-chat"))
            yield Led("load_test", f"{a_second} a second of the same", load)
        begins = NOW_S + chance.uniform(0, DAYS * DAY_S) // 60 * 60
        user = "" if is_tuned else "integration-7"
        for _ in range(120):
            said = writer.pick(*writer.talks)[:1]
            start = begins + chance.uniform(0, 59 if is_tuned else 118)
            yield Led("batch", "a data set at once", writer.talk(start, said, service_name="shop", user_id=user))
        for _ in range(20):
            long = [pair for talk in chance.sample(writer.unhappy, 4) for pair in talk][: 6 if is_tuned else 5]
            start = NOW_S + chance.uniform(0, DAYS * DAY_S)
            quick = writer.talk(start, long, thinks=lambda _: chance.uniform(0.01, 0.6), service_name="open-chat")
            yield Led("batch", "messages that nobody could type", quick)


def survey(led: Sequence[Led]) -> list[Planted]:
    """Each with its traffic, as `feedback.traffic` finds it in the store, and the verdict of who led it."""
    talks = [each.conversation for each in led]
    around = Surroundings(find_alike(talks), find_rushes(talks), find_names(led))
    materials = [gather(each, around, Usual()) for each in led]
    people = [each.conversation for each in materials if not each.verdict.kind]
    usual = Usual(named=find_named(people))
    materials = [gather(each, around, usual) for each in led]
    return [
        Planted(each.kind, each.way, material, is_person=each.kind == "people")
        for each, material in zip(led, materials, strict=True)
    ]


def gather(led: Led, around: Surroundings, usual: Usual) -> Material:
    """What is known of one, an hour after its end."""
    talk = led.conversation
    now_ns = talk.turns[-1].answer.end_time_ns + 3_600 * SECOND_NS
    material = Material(talk, calls=make_calls(led), traffic=around.find(talk), usual=usual, now_ns=now_ns)
    return replace(material, verdict=judge(material))


def find_alike(talks: Sequence[Conversation]) -> dict[tuple[int, str, str], Alike]:
    """What `feedback/sql/alike_conversations.sql` finds, over all times."""
    groups: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for talk in talks:
        groups[hash_opening(talk), talk.service_name, talk.user_id].append(talk.start_time_ns)
    return {key: keep_some(sorted(starts)) for key, starts in groups.items() if len(starts) > 1}


def keep_some(starts: Sequence[int]) -> Alike:
    minutes: dict[int, int] = defaultdict(int)
    for start in starts:
        minutes[start // MINUTE_NS] += 1
    by_ten: dict[int, list[int]] = defaultdict(list)
    for start in starts:
        by_ten[start // (10 * MINUTE_NS)].append(start)
    fullest = {ten: max(minutes[start // MINUTE_NS] for start in some) for ten, some in by_ten.items()}
    kept = sorted(start for some in by_ten.values() for start in some[-12:])
    return Alike(tuple(kept), tuple(fullest[start // (10 * MINUTE_NS)] for start in kept))


def find_rushes(talks: Sequence[Conversation]) -> dict[tuple[str, str, int], int]:
    """What `feedback/sql/rushes.sql` finds."""
    groups: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for talk in talks:
        key = (talk.service_name, talk.user_id, talk.start_time_ns // MINUTE_NS * 60)
        groups[key].append(len(talk.answers))
    return {
        key: len(calls)
        for key, calls in groups.items()
        if len(calls) >= RUSH and sum(count == 1 for count in calls) >= 0.95 * len(calls)
    }


def find_names(led: Sequence[Led]) -> dict[str, Mapping[str, Any]]:
    return {find_first_trace(each.conversation): each.names for each in led if each.names}


def find_named(talks: Sequence[Conversation]) -> dict[str, float]:
    """What `feedback/sql/usual_named.sql` finds."""
    known: dict[str, list[bool]] = defaultdict(list)
    for talk in talks:
        if len(talk.turns) > 1:
            known[talk.service_name].append(bool(talk.user_id))
    return {service: sum(named) / len(named) for service, named in known.items() if len(named) >= 50}


def make_calls(led: Led) -> dict[tuple[str, str], Generation]:
    if not led.metadata:
        return {}
    answer = led.conversation.turns[0].answer
    call = Generation(
        1, answer.trace_id, answer.span_id, "", answer.start_time_ns, answer.duration_ns, "genai", metadata=led.metadata
    )
    return {(answer.trace_id, answer.span_id): call}
