"""The page of comparisons and its REST: rankings, what they rest on, how they are narrowed, what it says if empty."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any
from zlib import crc32

import pytest
from django.test import Client

from benchmarks.comparisons import GOAL, simulate
from feedback.detectors import detect_signals
from feedback.detectors.material import Material
from feedback.explicit import Feedback
from feedback.records import write_feedback
from tests.pages.conftest import HOUR_NS, SECOND_NS, Page, Teller, make_answer
from tests.tracing.otlp import make_span_id, make_trace_id
from tracing.conversations import Conversation, Turn
from tracing.generations import Generation, Message
from tracing.records import write_generations

Open = Callable[[str], Page]
MODELS = ("gpt-5", "gpt-5-mini", "tiny")


def ask(path: str) -> Any:
    return json.loads(Client(headers={"host": "localhost"}).get(f"/api/v1/{path}").content)


def compare(teller: Teller, name: str, a: Any, b: Any, label: str = "a", **fields: Any) -> Feedback:
    shown = fields.pop("shown", ["a", "b"])
    given = {"conversation_id": "", "annotator_kind": "HUMAN", **fields}
    return Feedback(
        project_id=teller.project.pk,
        identifier=name,
        name="comparison",
        time_ns=teller.now_ns,
        label=label,
        metadata={"a": a, "b": b, "shown": shown},
        **given,
    )


def list_compared(teller: Teller, models: Sequence[str]) -> list[Feedback]:
    """Each model against each of those that come after it, thrice; with an attribute that has a long name."""
    return [
        compare(teller, f"{number} {place}", {"model": a, "n" * 200: "x"}, {"model": b, "n" * 200: "y"})
        for place, (a, b) in enumerate(combinations(models, 2))
        for number in range(3)
    ]


def tell(teller: Teller, *told: Feedback) -> None:
    write_feedback(teller.store, told, 1)


def tell_many(teller: Teller, count: int = 300) -> None:
    """Comparisons of three models whose order is known: the first is the best."""
    world = replace(GOAL, comparisons=count, strengths=(1.0, 0.0, -1.0))
    tell(
        teller,
        *(
            compare(
                teller,
                f"told-{each.id}",
                {"model": MODELS[int(each.a)], "characters": each.characters_a},
                {"model": MODELS[int(each.b)], "characters": each.characters_b},
                each.outcome,
                shown=["a", "b"] if each.first == "a" else ["b", "a"],
            )
            for each in simulate(world, 1)
        ),
    )


def tell_answers(teller: Teller, conversation_id: str, answers: Sequence[tuple[str, str]], **fields: Any) -> None:
    """A conversation with an answer each (model, text), and their model calls."""
    turns, calls = [], []
    for index, (model, text) in enumerate(answers):
        start_ns = teller.now_ns - HOUR_NS + index * 60 * SECOND_NS
        name = f"{conversation_id}-{index}"
        answer = make_answer(text, start_ns, name, model=model, message_id=f"m-{name}", **make_ids(name))
        turns.append(Turn(index, "And now?", answer))
        calls.append(make_call(teller, conversation_id, name, model, text, start_ns))
    write_generations(teller.store, calls, {}, 1)
    teller.write(Conversation(teller.project.pk, conversation_id, tuple(turns), **fields))


def make_ids(name: str) -> dict[str, str]:
    number = crc32(name.encode())
    return {"trace_id": make_trace_id(number), "span_id": make_span_id(number)}


def make_call(teller: Teller, conversation_id: str, name: str, model: str, text: str, start_ns: int) -> Generation:
    return Generation(
        project_id=teller.project.pk,
        **make_ids(name),
        parent_span_id="",
        conversation_id=conversation_id,
        request_model=model,
        prompt_name="support",
        prompt_version="1" if model == "gpt-5" else "2",
        message_id=f"m-{name}",
        start_time_ns=start_ns,
        duration_ns=SECOND_NS,
        output_messages=(Message("assistant", text),),
        metadata={"plan": "a" if model == "gpt-5" else "b"},
        convention="genai",
    )


def tell_replaced(teller: Teller, name: str, models: tuple[str, str], *, used: int | None = None) -> None:
    """A message whose first answer was replaced a minute later; `used` is the one that was copied."""
    start_ns = teller.now_ns - HOUR_NS
    answers = [
        make_answer(f"answer {place}", start_ns + place * 60 * SECOND_NS, f"{name}-{place}", model=model)
        for place, model in enumerate(models)
    ]
    turn = Turn(0, "Explain this to me, please", answers[-1], alternatives=tuple(answers[:-1]))
    copied = []
    if used is not None:
        answer = answers[used]
        copied.append(
            Feedback(
                teller.project.pk,
                f"{name}-copy",
                "copy",
                answer.start_time_ns + 10 * SECOND_NS,
                trace_id=answer.trace_id,
                span_id=answer.span_id,
            )
        )
    teller.write(Conversation(teller.project.pk, name, (turn,), user_id=name), copied)


def test_without_any_it_says_how_to_send_one(teller: Teller, open_page: Open) -> None:
    page = open_page("comparisons")
    assert "Nothing was compared yet" in page.text
    assert '"shown": ["b", "a"]' in page.text
    assert "/p/default/comparisons" in open_page("conversations").find_links("comparisons")


def test_models_are_ranked_with_what_place_and_length_do(teller: Teller, open_page: Open) -> None:
    tell_many(teller)
    page = open_page("comparisons")
    assert "300 comparisons of two answers, by models" in page.text
    ranked = page.text.partition("What people said")[2]
    assert ranked.index("gpt-5 ") < ranked.index("gpt-5-mini ") < ranked.index("tiny ")
    assert "Of two equals the one that is shown first wins" in page.text
    assert "Of two equals one that is twice as long wins" in page.text
    assert "enough" in page.text
    assert page.html.count('<circle class="dot"') == 3
    [ranking] = ask("comparisons")["rankings"]
    assert [item["name"] for item in ranking["items"]] == list(MODELS)
    assert [item["rank"] for item in ranking["items"]] == [1, 2, 3]
    assert ranking["first_wins"]["low"] <= 0.65 <= ranking["first_wins"]["high"]
    assert ranking["decided"] + ranking["ties"] + ranking["neither"] == 300
    assert len(ranking["pairs"]) == 3


def test_too_few_say_how_many_more_are_needed(teller: Teller, open_page: Open) -> None:
    tell(
        teller,
        *(compare(teller, f"c{number}", {"model": "x"}, {"model": "y"}, "aab"[number % 3]) for number in range(12)),
    )
    text = open_page("comparisons").text
    assert "1–2" in text
    assert "about " in text.partition("Is it enough?")[2]
    [pair] = ask("comparisons")["rankings"][0]["pairs"]
    assert not pair["is_told"]
    assert pair["more"] > 10


def test_what_people_programs_and_behaviour_say_is_never_summed(teller: Teller, open_page: Open) -> None:
    tell(
        teller,
        *(compare(teller, f"p{number}", {"model": "x"}, {"model": "y"}) for number in range(6)),
        *(
            compare(teller, f"j{number}", {"model": "x"}, {"model": "y"}, "b", annotator_kind="LLM")
            for number in range(4)
        ),
    )
    tell_replaced(teller, "c", ("x", "y"))
    rankings = {each["kind"]: each for each in ask("comparisons")["rankings"]}
    assert {kind: each["decided"] for kind, each in rankings.items()} == {"explicit": 6, "judge": 4, "behaviour": 1}
    assert rankings["explicit"]["items"][0]["name"] == "x"
    assert rankings["judge"]["items"][0]["name"] == "y"
    text = open_page("comparisons").text
    assert text.index("What people said") < text.index("What programs judged") < text.index("What people did")


def test_kept_against_replaced_alone_tells_nothing_and_says_so(teller: Teller, open_page: Open) -> None:
    with teller.together():
        for number in range(6):
            tell_replaced(teller, f"c{number}", ("x", "y"))
    [ranking] = ask("comparisons")["rankings"]
    assert ranking["one_sided"]
    assert {(item["best_rank"], item["worst_rank"]) for item in ranking["items"]} == {(1, 2)}
    text = open_page("comparisons").text
    assert "The same place won each time" in text
    assert "such ones do not tell" in text


def test_what_was_copied_beats_what_came_after_it(teller: Teller) -> None:
    tell_replaced(teller, "c", ("x", "y"), used=0)
    [item] = ask("comparisons/items")["items"]
    assert (item["kind"], item["a"], item["b"], item["first"]) == ("behaviour", "x", "y", "a")
    assert item["why"] == "used"
    assert (item["characters_a"], item["conversation_id"]) == (len("answer 0"), "c")


def test_a_retry_of_a_program_is_no_choice(teller: Teller) -> None:
    start_ns = teller.now_ns - HOUR_NS
    answers = [make_answer(text, start_ns + place, f"r-{place}") for place, text in enumerate(("one", "two"))]
    turn = Turn(0, "Explain this to me, please", answers[1], alternatives=(answers[0],))
    conversation = Conversation(teller.project.pk, "r", (turn,))
    assert "regeneration" not in {each.kind for each in detect_signals(Material(conversation, []))}
    teller.write(conversation)
    assert ask("comparisons/items")["items"] == []


@pytest.mark.parametrize("name", ["message_id", "span_id", "trace_id"])
def test_answers_are_known_by_their_ids(teller: Teller, name: str) -> None:
    tell_answers(teller, "c", [("gpt-5", "Short."), ("tiny", "Somewhat longer.")])
    ids = [{**make_ids(f"c-{place}"), "message_id": f"m-c-{place}"}[name] for place in range(2)]
    tell(teller, compare(teller, "x", {name: ids[0]}, {name: ids[1]}))
    named = {"model": ["gpt-5", "tiny"], "prompt": ["support, version 1", "support, version 2"], "plan": ["a", "b"]}
    for by, items in named.items():
        [item] = ask(f"comparisons/items?by={by}")["items"]
        assert [item["a"], item["b"]] == items
        assert item["conversation_id"] == "c"
        assert (item["characters_a"], item["characters_b"]) == (6, 16)


def test_an_answer_that_has_not_come_in_is_not_named(teller: Teller, open_page: Open) -> None:
    tell(teller, compare(teller, "x", {"message_id": "later"}, {"model": "tiny"}))
    assert ask("comparisons")["unnamed"] == 1
    assert "1 more does not tell models of both answers" in open_page("comparisons").text


def test_attributes_are_ranked_and_offered(teller: Teller, open_page: Open) -> None:
    tell(teller, *(compare(teller, f"c{number}", {"temperature": 0.2}, {"temperature": 1}) for number in range(3)))
    page = open_page("comparisons?by=temperature")
    assert '<option value="temperature" selected>' in page.html
    assert [item["name"] for item in ask("comparisons?by=temperature")["rankings"][0]["items"]] == ["0.2", "1"]
    assert ask("comparisons")["attributes"] == ["temperature"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("environment=production", {"x1"}),
        ("user_id=bo", {"x2"}),
        ("q=tag:beta", {"x2"}),
        ("q=-environment:production", {"x2"}),
        ("range=24h", {"x1", "x2"}),
        ("q=%27%3B+DROP+TABLE+turns%3B+--", set()),
        ("", {"x1", "x2", "x3"}),
    ],
)
def test_filters_are_those_of_their_conversations(
    teller: Teller, open_page: Open, query: str, expected: set[str]
) -> None:
    tell_answers(teller, "c1", [("gpt-5", "One.")], environment="production", user_id="anna")
    tell_answers(teller, "c2", [("gpt-5", "One.")], environment="staging", user_id="bo", tags=("beta",))
    sides = ({"model": "x"}, {"model": "y"})
    tell(
        teller,
        compare(teller, "x1", *sides, conversation_id="c1"),
        compare(teller, "x2", {**sides[0], "message_id": "m-c2-0"}, sides[1]),
        compare(teller, "x3", *sides),
    )
    if query != "range=24h":  # REST calls it time
        assert {item["id"] for item in ask(f"comparisons/items?{query}")["items"]} == expected
    text = open_page(f"comparisons?{query}").text
    assert f"{len(expected)} comparison" in text
    assert ("No comparison matches" in text) is not expected


def test_parts_of_the_traffic_have_rankings_of_their_own(teller: Teller, open_page: Open) -> None:
    tell_answers(teller, "c1", [("gpt-5", "One.")], environment="production")
    tell_answers(teller, "c2", [("gpt-5", "One.")], environment="staging")
    sides = ({"model": "x"}, {"model": "y"})
    tell(
        teller,
        *(compare(teller, f"p{number}", *sides, conversation_id="c1") for number in range(9)),
        *(compare(teller, f"s{number}", *sides, "b", conversation_id="c2") for number in range(8)),
        compare(teller, "elsewhere", *sides),
    )
    slices = {each["value"]: each["ranking"] for each in ask("comparisons?slice_by=environment")["slices"]}
    assert {value: each["items"][0]["name"] for value, each in slices.items() if each["decided"] > 1} == {
        "production": "x",
        "staging": "y",
    }
    assert slices["not known"]["decided"] == 1
    assert "By environment" in open_page("comparisons?slice=environment").text
    for slice_by in ("service", "tag", "language"):
        assert ask(f"comparisons?slice_by={slice_by}")["slices"]


def test_pages_of_items_give_each_once_latest_first(teller: Teller) -> None:
    told = [compare(teller, f"c{number:02}", {"model": "x"}, {"model": "y"}) for number in range(25)]
    tell(teller, *(replace(each, time_ns=each.time_ns + number // 5) for number, each in enumerate(told)))
    seen, cursor = [], ""
    while cursor is not None:
        page = ask(f"comparisons/items?limit=4&cursor={cursor}")
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 25


def test_wrong_ones_of_the_sdk_are_told(teller: Teller, open_page: Open) -> None:
    tell(teller, compare(teller, "x", {"model": "x"}, {"model": "y"}, "maybe"))
    assert "1 comparison cannot be read. `label`: 'maybe' is no outcome" in open_page("comparisons").text


def test_a_wrong_search_is_marked_and_phrases_are_refused(teller: Teller, open_page: Open) -> None:
    tell_many(teller, 6)
    assert "did you mean `turns`?" in open_page("comparisons?q=trns%3E2").text
    assert "phrases are looked for in lists of conversations" in open_page('comparisons?q="no+phrase"').text


def test_hostile_names_are_escaped(teller: Teller, open_page: Open) -> None:
    evil = '"><script>alert(1)</script>'
    tell(
        teller,
        *(compare(teller, f"c{number}", {"model": evil, evil: "v"}, {"model": "y", evil: "w"}) for number in range(3)),
        compare(teller, "left", {"model": evil + "2"}, {"model": evil + "3"}),
        compare(teller, "wrong", {"model": "x"}, {"model": "y"}, evil),
    )
    for query in ("", "?by=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "?slice=tag", "?by=%00"):
        page = open_page(f"comparisons{query}")
        assert page.status == 200
        assert "<script>alert" not in page.html
    assert "Nothing connects them with" in open_page("comparisons").text


def test_looking_changes_nothing(teller: Teller, open_page: Open) -> None:
    tell_many(teller, 20)
    before = ask("stats")
    open_page("comparisons?by=prompt&slice=language")
    assert {name: ask("stats")[name] for name in ("spans", "signals")} == {
        name: before[name] for name in ("spans", "signals")
    }
