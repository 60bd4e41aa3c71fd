"""What goes on around conversations, from the real store: who opens alike, who begins many, what traces say."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from feedback.derivation import PART_TURNS, derive_signals
from feedback.detectors.verdict import Verdict
from feedback.norms import forget_norms
from feedback.records import load_hearings, load_signals
from feedback.traffic import hash_opening, load_surroundings
from tests.pages.conftest import SECOND_NS, Teller, make_answer
from tests.tracing.otlp import make_request, make_span
from tests.tracing.talking import talk
from tracing.conversations import Conversation, Turn
from tracing.derivation import derive_traces
from tracing.models import Project
from tracing.receive.decoding import decode_spans
from tracing.store import Store

MINUTE_NS = 60 * SECOND_NS
QUESTION = "Is everything all right with order 17?"


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    forget_norms()
    return Teller(project, store)


def make_talk(
    teller: Teller, name: str, start_ns: int, texts: Sequence[str] = (QUESTION,), **fields: str
) -> Conversation:
    turns = tuple(
        Turn(index, text, make_answer("It is.", start_ns + index * 40 * SECOND_NS, f"{name}-{index}"))
        for index, text in enumerate(texts)
    )
    return Conversation(teller.project.pk, name, turns, **fields)


def hear(teller: Teller, talks: Sequence[Conversation]) -> None:
    with teller.together():
        for talk in talks:
            teller.write(talk)
    derive_signals(teller.store, [(teller.project.pk, talk.conversation_id) for talk in talks])


@pytest.mark.parametrize("start_ns", [0, MINUTE_NS, 2**32 * SECOND_NS, 2**63 - 1])
def test_a_time_that_hours_do_not_reach_stops_nothing(teller: Teller, start_ns: int) -> None:
    around = load_surroundings(teller.store, 1, [make_talk(teller, "early", start_ns)])
    assert around.rushes == {}


def judge(teller: Teller, *names: str) -> list[Verdict]:
    hearings = load_hearings(teller.store, teller.project.pk, names)
    return [hearings[name].verdict for name in names]


def test_words_are_found_again_whatever_their_numbers(teller: Teller) -> None:
    now = time.time_ns()
    talks = [
        make_talk(teller, "a", now, [QUESTION]),
        make_talk(teller, "b", now + MINUTE_NS, ["  is everything all right with order 4,711?  "]),
        make_talk(teller, "c", now + MINUTE_NS, ["IS EVERYTHING all right with order 99?"]),
        make_talk(teller, "d", now + MINUTE_NS, ["ÄRGER mit Bestellung 3 😀" * 4]),
        make_talk(teller, "e", now + 2 * MINUTE_NS, ["ÄRGER mit Bestellung 44 😀" * 4]),
    ]
    with teller.together():
        for talk in talks:
            teller.write(talk)
    around = load_surroundings(teller.store, teller.project.pk, talks)
    assert [len(around.find(talk).alike.starts_ns) for talk in talks] == [2, 0, 2, 2, 2]
    assert hash_opening(talks[0]) == hash_opening(talks[2]) != hash_opening(talks[1])


def test_another_project_service_or_user_is_not_counted(teller: Teller) -> None:
    now = time.time_ns()
    other = Project.objects.create(slug="other", name="Other")
    talks = [
        make_talk(teller, "a", now, service_name="shop", user_id="ann"),
        make_talk(teller, "b", now, service_name="bank", user_id="ann"),
        make_talk(teller, "c", now, service_name="shop", user_id="bob"),
        replace(make_talk(teller, "d", now, service_name="shop", user_id="ann"), project_id=other.pk),
    ]
    with teller.together():
        for talk in talks:
            teller.write(talk)
    around = load_surroundings(teller.store, teller.project.pk, talks[:3])
    assert [around.find(talk).alike.starts_ns for talk in talks[:3]] == [(), (), ()]


def test_the_first_ones_of_a_timer_are_heard_again_once_it_is_known(teller: Teller) -> None:
    now = time.time_ns() // MINUTE_NS * MINUTE_NS
    again = ("Awful, I hate this!", "That is useless, I hate it!")
    talks = [
        make_talk(teller, f"t{number}", now - (12 - number) * 600 * SECOND_NS, (QUESTION, *again))
        for number in range(9)
    ]
    for each in talks[:7]:
        hear(teller, [each])
    assert {verdict.kind for verdict in judge(teller, *(f"t{number}" for number in range(7)))} == {""}
    felt = load_signals(teller.store, teller.project.pk, ["t0"])["t0"]
    assert [signal.polarity for signal in felt if signal.kind == "sentiment"] == [-1, -1]
    hear(teller, talks[7:])
    verdicts = judge(teller, *(f"t{number}" for number in range(9)))
    assert {verdict.kind for verdict in verdicts} == {"monitor"}
    assert verdicts[0].reason == "the same message every 10 minutes, 144 times a day"
    assert verdicts[0].score >= 0.7
    assert [each for each in load_signals(teller.store, teller.project.pk, ["t0"])["t0"] if each.polarity] == []


@pytest.mark.parametrize(
    ("kind", "resource", "scope", "attributes"),
    [
        ("schedule", {"k8s.cronjob.name": "digest"}, "app", {}),
        ("test", {}, "pytest-opentelemetry", {"pytest.nodeid": "tests/test_shop.py::test_it"}),
        ("load_test", {}, "app", {"user_agent.original": "k6/0.49.0 (https://k6.io/)"}),
        ("monitor", {}, "app", {"user_agent.synthetic.type": "bot"}),
        ("", {"service.version": "test"}, "app", {"user_agent.original": "Mozilla/5.0 Firefox/140.0"}),
    ],
)
def test_what_came_by_otlp_names_who_runs_it(
    teller: Teller, kind: str, resource: dict[str, str], scope: str, attributes: dict[str, str]
) -> None:
    [call] = talk(5, QUESTION, conversation="c1")
    around = make_span(99, 5, attributes, name="GET /chat")
    request = make_request(around, call.to_span(), resource={"service.name": "shop", **resource})
    request.resource_spans[0].scope_spans[0].scope.name = scope
    teller.store.insert("otel_traces", decode_spans(request, teller.project.pk).columns)
    derive_traces(teller.store, [(teller.project.pk, call.trace_id)])
    derive_signals(teller.store, [(teller.project.pk, "c1")])
    [verdict] = judge(teller, "c1")
    assert verdict.kind == kind


def test_of_a_long_conversation_it_stays_known_who_led_it_where_nothing_changed(teller: Teller) -> None:
    texts = [f"And then, {number}?" for number in range(PART_TURNS + 5)]
    hear(teller, [make_talk(teller, "long", time.time_ns(), texts, environment="ci")])
    [before] = judge(teller, "long")
    derive_signals(teller.store, [(teller.project.pk, "long")])
    assert judge(teller, "long") == [before]
    assert before.kind == "test"


def test_a_conversation_that_is_gone_loses_its_hearing(teller: Teller) -> None:
    hear(teller, [make_talk(teller, "a", time.time_ns())])
    key = {"project_id": [teller.project.pk], "conversation_id": ["a"]}
    teller.store.insert("conversations", key | {"version": [2**60], "is_deleted": [1]})
    derive_signals(teller.store, [(teller.project.pk, "a")])
    assert load_hearings(teller.store, teller.project.pk, ["a"]) == {}
