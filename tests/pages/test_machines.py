"""Conversations that machines led: marked where they are listed and read, and in no figure or dataset about users."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.test import Client

from feedback.detectors.machines import MACHINES
from feedback.machines import leave_out_machines
from tests.pages.conftest import Page, Teller, make_answer
from tracing import filter_fields
from tracing.conversations import Conversation, Turn
from tracing.filter_language import read_filter

Open = Callable[[str], Page]
REASON = "the same message every day, 14 times so far"


def lead(teller: Teller, ids: Sequence[str], kind: str, reason: str = REASON) -> None:
    """Write down that a machine led these conversations, as the stage `signals` does."""
    count = len(ids)
    columns: dict[str, list[Any]] = {
        "project_id": [teller.project.pk] * count,
        "conversation_id": list(ids),
        "basis": ["test"] * count,
        "machine": [kind] * count,
        "machine_score": [0.9 if kind else 0.0] * count,
        "machine_reason": [reason] * count,
        "version": [time.time_ns() // 1000] * count,
    }
    teller.store.insert("hearings", columns)


def tell_many(teller: Teller, name: str, count: int, stopped: int, age_hours: float = 1) -> list[str]:
    """So many conversations of one turn, some of them with an answer that was stopped."""
    ids = [f"{name}-{index}" for index in range(count)]
    start = teller.now_ns - int(age_hours * 3600 * 10**9)
    with teller.together():
        for index, key in enumerate(ids):
            ending = {"outcome": "stopped", "ended_by": "client"} if index < stopped else {}
            teller.write(
                Conversation(teller.project.pk, key, (Turn(0, "Why?", make_answer("Well", start, key, **ending)),))
            )
    return ids


def ask(path: str) -> Any:
    return json.loads(Client(headers={"host": "localhost"}).get(f"/api/v1/{path}").content)


def test_filters_know_the_machines_that_there_are() -> None:
    assert tuple(each.name for each in MACHINES) == filter_fields.MACHINES


def test_the_list_marks_what_a_machine_led_and_says_why(teller: Teller, open_page: Open) -> None:
    teller.tell("nightly")
    teller.tell("person")
    lead(teller, ["nightly"], "load_test")
    lead(teller, ["person"], "", "")
    page = open_page("conversations")
    assert page.text.count("machine: ") == 1
    assert f"machine: load test . {REASON}" in page.text  # read out, too
    assert f'title="{REASON}"><span class="label">machine: load test<' in page.html


def test_the_list_is_narrowed_by_what_led(teller: Teller, open_page: Open) -> None:
    for name in ("nightly", "check", "person", "unheard"):
        teller.tell(name)
    lead(teller, ["nightly"], "schedule")
    lead(teller, ["check"], "monitor")
    lead(teller, ["person"], "", "")
    cases = {
        "machine=yes": {"nightly", "check"},
        "machine=no": {"person", "unheard"},
        "machine=monitor": {"check"},
        "q=machine:monitor,no": {"check", "person", "unheard"},
        "q=-machine:monitor": {"nightly", "person", "unheard"},
        "q=machine:yes,no": {"nightly", "check", "person", "unheard"},
    }
    for query, expected in cases.items():
        found = open_page(f"conversations?{query}").list_conversations()
        assert {each.rpartition("/")[2] for each in found} == expected, query
        assert {each["conversation_id"] for each in ask(f"conversations?{query}")["items"]} == expected, query
    assert "1 of 4: led by a monitor" in open_page("conversations?machine=monitor").text


def test_who_was_taken_for_a_machine_is_people_again_when_heard_so(teller: Teller, open_page: Open) -> None:
    teller.tell("talk")
    lead(teller, ["talk"], "schedule")
    lead(teller, ["talk"], "", "")
    assert open_page("conversations?machine=yes").list_conversations() == []
    assert "machine: " not in open_page("conversations").text


def test_the_selector_stands_where_there_are_machines_and_offers_those(teller: Teller, open_page: Open) -> None:
    teller.tell("nightly")
    assert '<select name="machine">' not in open_page("conversations").html
    lead(teller, ["nightly"], "schedule")
    page = open_page("conversations?machine=batch")
    offered = page.html[page.html.index('<select name="machine">') :].partition("</select>")[0]
    assert all(f'value="{each}"' in offered for each in ("no", "yes", "schedule", "batch"))
    assert 'value="monitor"' not in offered


def test_the_page_says_that_a_machine_led_it_and_why(teller: Teller, open_page: Open) -> None:
    teller.tell("nightly")
    teller.tell("person")
    lead(teller, ["nightly"], "schedule", "<script>alert(1)</script> called every day")
    page = open_page("conversations/nightly")
    assert "A timer led this conversation, no person." in page.text
    assert "counts in no figure about users" in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; called every day" in page.html
    assert "led this conversation" not in open_page("conversations/person").text


def test_rates_are_of_people_alone_and_say_how_many_they_leave_out(teller: Teller, open_page: Open) -> None:
    tell_many(teller, "person", 10, stopped=2)
    lead(teller, tell_many(teller, "robot", 6, stopped=5), "evaluation")
    lead(teller, tell_many(teller, "check", 4, stopped=3), "load_test")
    lead(teller, tell_many(teller, "old", 3, stopped=0, age_hours=9 * 24), "monitor")
    page = open_page("")
    assert "10 conversations with 10 turns · last 7 days, nothing before to compare with" in page.text
    assert "2 of 10 conversations" in page.text
    assert "Not counted: 10 conversations that machines led (evaluation 6, load test 4)." in page.text
    assert "What it cost" not in page.text
    [left_out] = page.find_links("machine=yes")
    assert "10 of 23: last 7 days, led by machines" in open_page(left_out).text
    [behind] = page.find_links("signal=early_termination")
    assert "2 of 23" in open_page(behind).text
    assert not {each.rpartition("/")[2] for each in page.list_conversations()} & {"robot-0", "check-0"}


def test_machines_are_what_is_counted_where_the_address_asks_for_them(teller: Teller, open_page: Open) -> None:
    tell_many(teller, "person", 3, stopped=0)
    lead(teller, tell_many(teller, "robot", 6, stopped=5), "evaluation")
    lead(teller, tell_many(teller, "check", 2, stopped=0), "monitor")
    page = open_page("?machine=yes")
    assert "8 conversations with" in page.text
    assert "Only what machines led is counted. Count people instead" in page.text
    assert "Only what an evaluation led is counted." in open_page("?machine=evaluation").text
    assert "6 conversations with" in open_page("?machine=evaluation").text
    for other in ("?machine=no", "?machine=nonsense"):
        assert "3 conversations with" in open_page(other).text


def test_without_machines_nothing_is_said_of_them(teller: Teller, open_page: Open) -> None:
    teller.tell("person")
    page = open_page("")
    assert "machines" not in page.text
    assert page.find_links("machine=") == []


def test_a_time_in_which_only_machines_talked_says_so(teller: Teller, open_page: Open) -> None:
    lead(teller, tell_many(teller, "robot", 6, stopped=0), "evaluation")
    page = open_page("")
    assert "No conversation of people began in this time" in page.text
    assert "6 conversations that machines led" in page.text


def test_rest_tells_what_led_a_conversation(teller: Teller, open_page: Open) -> None:
    teller.tell("nightly")
    teller.tell("person")
    lead(teller, ["nightly"], "schedule")
    whole = ask("conversations/nightly")
    assert (whole["machine"], whole["machine_reason"]) == ("schedule", REASON)
    assert ask("conversations/person")["machine"] == ""
    listed = {each["conversation_id"]: each["machine"] for each in ask("conversations")["items"]}
    assert listed == {"nightly": "schedule", "person": ""}


def test_lists_of_signals_are_narrowed_by_what_led_too(teller: Teller, open_page: Open) -> None:
    tell_many(teller, "person", 2, stopped=2)
    lead(teller, tell_many(teller, "robot", 3, stopped=3), "evaluation")
    found = ask("signals?machine=no&kind=early_termination")["items"]
    assert {each["conversation_id"] for each in found} == {"person-0", "person-1"}
    assert ask("generations?machine=evaluation")["items"] == []  # none was told, and it is no error
    answer = Client(headers={"host": "localhost"}).get("/api/v1/hours?q=machine:no")
    assert answer.status_code == 422
    assert "a list of hours has no `machine`" in answer.content.decode()


@pytest.mark.parametrize(("query", "expected", "left_out"), [("", {"person"}, 1), ("q=machine:yes", {"robot"}, 0)])
def test_a_dataset_has_nothing_that_machines_led_unless_it_is_asked_for(
    query: str, expected: set[str], left_out: int, teller: Teller, open_page: Open
) -> None:
    for name in ("person", "robot"):
        teller.tell(name, [("Hi", f"Hello {name}.")], feedback=[teller.thumb(name, 0, "up")])
    lead(teller, ["robot"], "evaluation")
    download = open_page(f"datasets/download?format=trl-kto&{query}")
    with zipfile.ZipFile(io.BytesIO(download.response.getvalue())) as archive:
        origins = [json.loads(line) for line in archive.read("provenance.jsonl").decode().splitlines()]
        manifest = json.loads(archive.read("manifest.json"))
    assert {each["conversation_id"] for each in origins} == expected
    assert manifest["funnel"]["machines_left_out"] == left_out
    assert manifest["definition"]["filter"] == ("machine:yes" if query else "")
    page = open_page(f"datasets/new?{query}")
    assert "1 thumbs up" in page.text
    assert ("Without conversations that machines led" in page.text) == bool(left_out)


def test_a_filter_that_names_machines_is_left_as_it_is() -> None:
    given = read_filter("-machine:schedule refund")
    assert leave_out_machines(given) == given


def test_what_detectors_heard_of_machines_is_not_counted(teller: Teller, open_page: Open) -> None:
    tell_many(teller, "person", 2, stopped=2)
    lead(teller, tell_many(teller, "robot", 3, stopped=3), "evaluation")
    [stopped] = [each for each in ask("detectors")["items"] if each["kind"] == "early_termination"]
    assert stopped["fired"] == 2
