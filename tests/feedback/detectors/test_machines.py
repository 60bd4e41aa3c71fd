"""Names, times and traffic of conversations, and who is said to have led them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from feedback.detectors import detect_signals
from feedback.detectors.machine_names import read_attribute, read_environment, read_service, read_tag, read_user
from feedback.detectors.machines import MACHINES, describe_interval, judge
from feedback.detectors.material import Material
from feedback.detectors.rhythm import find_rhythm
from feedback.detectors.traffic import Alike, Traffic
from feedback.detectors.usual import Usual
from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation

SECOND = 10**9
START = 1_700_000_000 * SECOND
UPSET = ("Why is it late?", "I cannot say."), ("This is awful, I hate it!", "I am sorry.")

Build = Callable[..., Conversation]


def led(talk: Conversation, **known: Any) -> str:
    return judge(Material(talk, **known)).kind


def at(seconds: Sequence[float]) -> tuple[int, ...]:
    return tuple(START + int(second * SECOND) for second in seconds)


@pytest.mark.parametrize(
    "fields",
    [
        {"environment": "staging"},
        {"environment": "test"},
        {"environment": "development", "tags": ("ab-test",)},
        {"service_name": "essay-evaluation", "user_id": "ann"},
        {"service_name": "monitoring-assistant"},
        {"user_id": "tester7", "environment": "qa"},
        {"user_id": "travis", "environment": "test"},
        {"user_id": "test@example.com"},
        {"tags": ("cron", "python"), "user_id": "ann"},
        {"conversation_id": "evaluate-my-essay"},
    ],
)
def test_names_that_people_have_too_are_people(talk: Build, fields: dict[str, Any]) -> None:
    assert led(replace(talk(*UPSET), **fields)) == ""


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("evaluation", {"environment": "sdk-experiment"}),
        ("evaluation", {"tags": ("nightly-eval",)}),
        ("evaluation", {"conversation_id": "eval-run-3-case-17"}),
        ("test", {"environment": "ci"}),
        ("test", {"user_id": "github-actions[bot]"}),
        ("schedule", {"tags": ("trigger:cron",)}),
        ("schedule", {"user_id": "cron"}),
        ("load_test", {"user_id": "locust-17"}),
        ("monitor", {"user_id": "synthetic-monitor"}),
        ("batch", {"tags": ("batch-job",)}),
    ],
)
def test_names_that_only_machines_have_are_theirs(talk: Build, kind: str, fields: dict[str, Any]) -> None:
    verdict = judge(Material(replace(talk(*UPSET), **fields)))
    assert verdict.kind == kind
    assert verdict.score >= 0.7
    assert kind in {each.name for each in MACHINES}
    assert str(next(iter(fields.values()))).strip("(),'") in verdict.reason


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("evaluation", "langfuse.experiment.id", ""),
        ("evaluation", "openinference.project.name", "Experiment-1f3a"),
        ("evaluation", "braintrust.parent", "experiment_id:7"),
        ("test", "pytest.nodeid", ""),
        ("test", "cicd.pipeline.run.id", "7"),
        ("schedule", "k8s.cronjob.name", "digest"),
        ("schedule", "faas.trigger", "timer"),
        ("load_test", "user_agent.original", "k6/0.49.0 (https://k6.io/)"),
        ("monitor", "user_agent.original", "kube-probe/1.29"),
        ("monitor", "user_agent.synthetic.type", "bot"),
        ("batch", "k8s.job.name", "embed-all"),
    ],
)
def test_spans_tell_who_runs_them(talk: Build, kind: str, name: str, value: str) -> None:
    assert led(talk(*UPSET), traffic=Traffic(resource={name: value})) == kind


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("faas.trigger", "http"),
        ("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) Chrome/129.0"),
        ("user_agent.original", "python-requests/2.32"),
        ("openinference.project.name", "shop"),
        ("braintrust.parent", "project_name:shop"),
        ("service.name", "test.case.name"),
    ],
)
def test_other_attributes_say_nothing(name: str, value: str) -> None:
    assert read_attribute(name, value) is None


def test_metadata_of_a_call_tells(talk: Build) -> None:
    conversation = talk(*UPSET)
    answer = replace(conversation.turns[0].answer, generation_span_ids=("span-1",))
    conversation = replace(conversation, turns=(replace(conversation.turns[0], answer=answer), *conversation.turns[1:]))
    call = Generation(1, "trace-1", "span-1", "", START, SECOND, "genai")
    for metadata, kind in (
        ({"dataset_item_id": 7}, "evaluation"),
        ({"trigger": "schedule"}, "schedule"),
        ({"is_test": False}, ""),
        ({"experiment_id": "greeting-b"}, ""),
        ({"source": "schedule"}, ""),
    ):
        calls = {("trace-1", "span-1"): replace(call, metadata=metadata)}
        assert led(replace(conversation, user_id="ann"), calls=calls) == kind, metadata


def test_a_word_that_is_a_topic_counts_with_another_clue(talk: Build) -> None:
    assert led(replace(talk(*UPSET), tags=("evaluation",))) == ""
    assert led(replace(talk(UPSET[0]), tags=("evaluation",))) == "evaluation"
    assert led(replace(talk(UPSET[0]), tags=("evaluation",), user_id="ann")) == ""


def test_hostile_names_cost_no_time() -> None:
    for name in ("-" * 100_000, "eval" * 25_000, "a-" * 50_000, "synthetic " * 10_000, "[bot]" * 20_000):
        for read in (read_environment, read_service, read_tag, read_user):
            read(name)
        read_attribute("user_agent.original", name)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([600 * number for number in range(9)], 600),
        ([0, 30.4, 61.2, 91.3, 122.0, 152.8, 183.1, 213.9, 244.7], 30.8),
        ([600, 1_200, 2_401, 3_002.5, 6_001, 6_600.5, 9_001, 9_602], 601.5),
        ([86_400 * day + jitter for day, jitter in enumerate((0, 1, 2, 0, 1, 3, 2, 1))], 86_400),
    ],
)
def test_what_a_clock_made_is_a_rhythm(seconds: list[float], expected: float) -> None:
    rhythm = find_rhythm(at(seconds), at(seconds)[-1])
    assert rhythm is not None
    assert rhythm.seconds == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    "seconds",
    [
        [600 * number for number in range(7)],
        [0, 3, 40, 41, 200, 260, 900, 905, 2_000, 2_100, 2_111, 3_000],
        [86_400 * day + 67 * late for day, late in enumerate((0, 12, 3, 25, 8, 17, 31, 5, 14))],
        [86_400 * day + 60 * late for day, late in enumerate((0, 12, 3, 25, 8, 17, 31, 5, 14))],  # told by the minute
        [0] * 12,
    ],
)
def test_what_people_do_is_none(seconds: list[float]) -> None:
    assert find_rhythm(at(seconds), at(seconds)[-1]) is None


def test_the_same_message_at_equal_intervals_is_a_timer_with_its_reason(talk: Build) -> None:
    conversation = talk(UPSET[0])
    start = conversation.turns[0].answer.start_time_ns
    starts = tuple(start - number * 600 * SECOND for number in range(9, -1, -1))
    verdict = judge(Material(conversation, traffic=Traffic(1, Alike(starts, (1,) * 10))))
    assert (verdict.kind, verdict.reason) == ("monitor", "the same message every 10 minutes, 144 times a day")
    daily = tuple(start - number * 86_400 * SECOND for number in range(7, -1, -1))
    verdict = judge(Material(conversation, traffic=Traffic(1, Alike(daily, (1,) * 8))))
    assert (verdict.kind, verdict.reason) == ("schedule", "the same message every day, 8 times so far")
    assert verdict.by_traffic


def test_a_class_is_people_and_a_flood_is_not(talk: Build) -> None:
    conversation = talk(UPSET[0])
    start = conversation.turns[0].answer.start_time_ns
    for count, kind in ((30, ""), (300, "load_test")):
        traffic = Traffic(1, Alike((start, start + 7 * SECOND), (count, count)))
        assert led(conversation, traffic=traffic) == kind


def test_what_everybody_presses_day_after_day_is_no_flood(talk: Build) -> None:
    conversation = talk(UPSET[0])
    start = conversation.turns[0].answer.start_time_ns
    daily = tuple(start - (day * 86_400 + 60 * day * day) * SECOND for day in range(3, -1, -1))
    assert led(conversation, traffic=Traffic(1, Alike(daily, (90,) * 4))) == ""
    assert led(conversation, traffic=Traffic(1, Alike(daily[-2:], (90,) * 2))) == "load_test"


def test_a_rush_counts_of_one_user_or_of_nobody_where_all_others_are_named(talk: Build) -> None:
    rush = Traffic(rush=60)
    named = Usual(named={"shop": 0.95})
    nobody = replace(talk(UPSET[0]), service_name="shop")
    assert led(nobody, traffic=rush) == ""
    assert led(nobody, traffic=rush, usual=named) == "batch"
    assert led(replace(nobody, user_id="importer"), traffic=rush) == "batch"


def test_messages_that_nobody_could_type_are_a_program(answer: Callable[..., Answer]) -> None:
    def build(gap_s: float, count: int) -> Conversation:
        answers = [
            answer(trace_id=f"t{number}", start_time_ns=START + int(number * (10 + gap_s) * SECOND))
            for number in range(count)
        ]
        return Conversation(
            1, "c1", tuple(Turn(number, f"And the {number}.?", each) for number, each in enumerate(answers))
        )

    assert led(build(0.3, 6)) == "batch"
    assert led(build(0.3, 4)) == ""
    assert led(build(8, 6)) == ""


def test_a_machine_feels_nothing_but_what_somebody_said_on_purpose_stays(
    talk: Build, feedback: Callable[..., Feedback]
) -> None:
    conversation = replace(
        talk(*UPSET, ("Once more?", "I am sorry, I cannot help with that.", "No.")), environment="ci"
    )
    told = [
        feedback("thumbs", identifier="f1", label="down", span_id="span-1"),
        feedback("regenerate", identifier="f2", span_id="span-3"),
    ]
    material = Material(conversation, told)
    before = {(signal.kind, signal.polarity) for signal in detect_signals(material)}
    assert {("sentiment", -1), ("thumbs", -1), ("regeneration", -1), ("refusal", -1)} <= before
    after = {(signal.kind, signal.polarity) for signal in detect_signals(replace(material, verdict=judge(material)))}
    assert {kind for kind, polarity in after if polarity} == {"thumbs", "regeneration"}
    assert ("refusal", 0) in after


def test_intervals_are_told_as_people_say_them() -> None:
    assert [describe_interval(seconds) for seconds in (31, 62, 599, 3_598, 5_400, 86_400, 172_800)] == [
        "31 seconds",
        "minute",
        "10 minutes",
        "hour",
        "90 minutes",
        "day",
        "2 days",
    ]
