"""From what an app's users did to the pairs that are made of it, on the whole way: spans come in by OTLP, feedback over
REST, every stage runs, and the rows are read from the files of a dataset that is built."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from feedback.datasets.definition import Definition
from feedback.flywheel.exporting import build_export
from tests.conftest import Server
from tests.test_feedback_api import send
from tests.tracing.otlp import insert_spans, make_span_id
from tests.tracing.talking import Call, say
from tests.tracing.test_access import ask

QUESTION = "Write one sentence that tells our guests when the pool of the hotel is open."
FIRST = "Our pool is open."
SECOND = "Our pool is open from eight in the morning to nine in the evening."
NEXT = "And one sentence about the sauna, please."
SAUNA = "The sauna is open from noon to nine in the evening."


def call(number: int, messages: Sequence[Mapping[str, Any]], answer: str) -> Call:
    return Call(number, tuple(messages), answer, user="anna", conversation="pool")  # type: ignore[arg-type]


def regenerate() -> list[Call]:
    """The same history answered twice, half a minute apart."""
    return [call(10, say(QUESTION), FIRST), call(40, say(QUESTION), SECOND)]


def come_in(server: Server, calls: Sequence[Call]) -> None:
    spans = [each.to_span() for each in calls]
    for span, each in zip(spans, calls, strict=True):
        span.span_id = bytes.fromhex(make_span_id(each.number))
    insert_spans(server.store, *spans, project_id=server.project.pk)


def tell(server: Server, number: int, name: str, **fields: Any) -> None:
    told = {"name": name, "trace_id": Call(number, ()).trace_id, "span_id": make_span_id(number), **fields}
    assert send(server, told).status == 200


def build(server: Server, format_name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Rows and their provenance."""
    server.derive()
    with build_export(server.project, Definition(format_name)) as built:
        rows, told = ((built.files[name]).read_text().splitlines() for name in ("train.jsonl", "provenance.jsonl"))
    return [(json.loads(row), json.loads(each)) for row, each in zip(rows, told, strict=True)]


def build_pair(server: Server) -> tuple[str, str, str, str]:
    """Chosen, rejected, the rule and the source of the only pair; its prompt is the question alone."""
    ((row, told),) = build(server, "trl-dpo")
    assert row["prompt"] == [{"role": "user", "content": QUESTION}]
    return row["chosen"][0]["content"], row["rejected"][0]["content"], told["pair_rule"], told["label_source"]


def test_a_regenerated_answer_with_which_its_user_went_on(server: Server) -> None:
    come_in(server, [*regenerate(), call(70, say(QUESTION, SECOND, NEXT), SAUNA)])
    assert build_pair(server) == (SECOND, FIRST, "regenerated", "signal:regeneration")


def test_going_back_to_the_older_answer(server: Server) -> None:
    come_in(server, [*regenerate(), call(70, say(QUESTION, FIRST, NEXT), SAUNA)])
    assert build_pair(server) == (FIRST, SECOND, "went_back", "history")


def test_taking_the_older_answer_over(server: Server) -> None:
    come_in(server, regenerate())
    tell(server, 10, "accept")
    assert build_pair(server) == (FIRST, SECOND, "went_back", "action:accept")


def test_a_program_that_asks_again_makes_no_pair(server: Server) -> None:
    come_in(server, [call(10, say(QUESTION), FIRST), call(11, say(QUESTION), SECOND)])
    assert build(server, "trl-dpo") == []


def test_an_edited_answer_is_better_and_an_example(server: Server) -> None:
    edited = SECOND.replace("nine", "ten")
    come_in(server, [call(10, say(QUESTION), SECOND)])
    tell(server, 10, "edit", correction=edited)
    assert build_pair(server) == (edited, SECOND, "edited", "action:edit")
    ((row, told),) = build(server, "trl-sft")
    assert row["messages"][-1]["content"] == edited
    assert (told["label_source"], told["tier"]) == ("action:edit", "gold")


def test_an_edit_in_the_browser_is_carried_over_to_the_models_words(server: Server) -> None:
    written = SECOND.replace("pool", "**pool**")
    come_in(server, [call(10, say(QUESTION), written)])
    tell(server, 10, "edit", correction=SECOND.replace("nine", "ten"), metadata={"before": SECOND})
    assert build_pair(server)[:2] == (written.replace("nine", "ten"), written)


def test_two_versions_that_were_rated_differently(server: Server) -> None:
    come_in(server, regenerate())
    tell(server, 10, "rating", score=5, metadata={"max": 5})
    tell(server, 40, "rating", score=1, metadata={"max": 5})
    assert build_pair(server) == (FIRST, SECOND, "rated", "rating:high")


def test_of_two_answers_side_by_side_the_better_one(server: Server) -> None:
    come_in(server, [call(10, say(QUESTION), FIRST), call(11, say(QUESTION), SECOND)])
    sides = {name: {"span_id": make_span_id(number)} for name, number in (("a", 10), ("b", 11))}
    told = {"name": "comparison", "label": "b", "conversation_id": "pool", "metadata": sides}
    assert send(server, told).status == 200
    assert build_pair(server) == (SECOND, FIRST, "compared", "comparison")


CORRECTION = "That's wrong, I asked for one sentence that tells when the pool is open!"


@pytest.mark.parametrize("accepted", ["thumb", "went on"])
def test_an_answer_after_a_correction_that_tells_nothing_new(server: Server, accepted: str) -> None:
    calls = [call(10, say(QUESTION), FIRST), call(40, say(QUESTION, FIRST, CORRECTION), SECOND)]
    if accepted == "went on":
        calls.append(call(70, say(QUESTION, FIRST, CORRECTION, SECOND, NEXT), SAUNA))
    come_in(server, calls)
    if accepted == "thumb":
        tell(server, 40, "thumbs", label="up")
    assert build_pair(server) == (SECOND, FIRST, "corrected", "signal:correction")


def test_a_correction_with_a_new_fact_leaves_a_bad_answer_alone(server: Server) -> None:
    said = "No, that's wrong, it is open from eight to nine!"
    come_in(server, [call(10, say(QUESTION), FIRST), call(40, say(QUESTION, FIRST, said), SECOND)])
    tell(server, 40, "thumbs", label="up")
    assert build(server, "trl-dpo") == []
    labels = {row["completion"][0]["content"]: row["label"] for row, _ in build(server, "trl-kto")}
    assert labels == {FIRST: False, SECOND: True}


def test_praise_is_an_example_with_what_heard_it(server: Server) -> None:
    thanks = "Perfect, thank you so much, this is exactly what I needed!"
    come_in(server, [call(10, say(QUESTION), SECOND), call(40, say(QUESTION, SECOND, thanks), "You are welcome.")])
    ((row, told),) = build(server, "trl-sft")
    assert row["messages"][-1]["content"] == SECOND
    assert (told["label_source"], told["detector"], told["tier"]) == ("signal:praise", "praise", "silver")
    assert 0.5 < told["confidence"] < told["score"]


def review(server: Server, **said: Any) -> None:
    body = json.dumps({"conversation_id": "pool", **said}).encode()
    assert ask(server, "/api/v1/labels", "POST", body, Content_Type="application/json").status == 200


def test_what_reviewers_say_is_gold(server: Server) -> None:
    come_in(server, [call(10, say(QUESTION), FIRST)])
    server.derive()
    review(server, target="conversation", verdict="dissatisfied")
    ((row, told),) = build(server, "trl-kto")
    assert (row["label"], told["label_source"], told["tier"]) == (False, "review:dissatisfied", "gold")


def test_a_signal_that_was_missed_counts_once_a_person_says_so(server: Server) -> None:
    come_in(server, [call(10, say(QUESTION), FIRST), call(40, say(QUESTION, FIRST, NEXT), SAUNA)])
    assert build(server, "trl-kto") == []
    review(server, target="signal", turn_index=1, kind="complaint", verdict="confirmed")
    ((row, told),) = build(server, "trl-kto")
    assert row["completion"][0]["content"] == FIRST
    assert (row["label"], told["label_source"], told["tier"]) == (False, "signal:complaint", "gold")
    review(server, target="signal", turn_index=1, kind="complaint", verdict="rejected")
    assert build(server, "trl-kto") == []
