"""The overview with nothing, with one conversation and with many; its numbers against what was told."""

import json
import re
from collections.abc import Callable

from feedback.arrivals import forget_arrivals
from feedback.tunings import set_expectation
from tests.pages.conftest import Page, Teller, make_answer
from tests.tracing.test_rollups import make_generation
from tracing.conversations import Conversation, Turn
from tracing.dead_letters import keep_letters
from tracing.records import write_generations
from tracing.rollups import ROLLUPS, count_changed_hours

Open = Callable[[str], Page]


def test_it_leads_to_the_set_up_while_there_is_nothing(teller: Teller, open_page: Open) -> None:
    page = open_page("")
    assert "No conversation has come in yet" in page.text
    assert page.find_links("setup")
    assert open_page("/").response.headers["Location"] == "/p/default/setup"


def test_it_opens_the_own_project_as_soon_as_it_has_a_conversation(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    assert open_page("/").response.headers["Location"] == "/p/default/"


def test_one_conversation_is_shown_with_a_word_on_how_little_it_says(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    page = open_page("")
    assert "1 conversation with 1 turn" in page.text
    assert "One conversation so far: read it." in page.text
    assert page.list_conversations() == ["/p/default/conversations/one"]


def tell_stopped(teller: Teller, conversation_id: str, age_hours: float) -> None:
    start = teller.now_ns - int(age_hours * 3600 * 10**9)
    answer = make_answer("Well,", start, conversation_id, outcome="stopped", ended_by="client")
    teller.write(Conversation(teller.project.pk, conversation_id, (Turn(0, "Why?", answer),)))


def test_a_rate_has_its_interval_its_change_and_the_list_behind_it(teller: Teller, open_page: Open) -> None:
    with teller.together():
        for index in range(40):
            teller.tell(f"now-{index}", age_hours=1 + index)
            teller.tell(f"before-{index}", age_hours=8 * 24 + index)
        for index in range(20):
            tell_stopped(teller, f"stopped-{index}", age_hours=2 + index)
    page = open_page("")
    assert "60 conversations with 60 turns · last 7 days against the 7 days before (40)" in page.text
    assert "“Stopped the answer” rose by 33.3 points, to 33.3 %." in page.text
    card = page.text[page.text.index("Stopped the answer 33.3 %") :]
    assert "33.3 % 22.7 % to 45.9 % at 95 %" in card
    assert "▲ 33.3 points" in card
    assert "20 of 60 conversations" in card
    [link] = page.find_links("signal=early_termination&")[:1] or page.find_links("signal=early_termination")[:1]
    assert "20 of 100" in open_page(link).text


def test_a_small_change_is_called_unclear(teller: Teller, open_page: Open) -> None:
    with teller.together():
        for index in range(10):
            teller.tell(f"now-{index}")
            teller.tell(f"before-{index}", age_hours=8 * 24)
    tell_stopped(teller, "stopped", age_hours=1)
    assert "no clear change (+9.1 points)" in open_page("").text


def test_thumbs_stand_apart_from_what_was_read_and_say_how_few_they_are(teller: Teller, open_page: Open) -> None:
    for index, label in enumerate(["up", "up", "down"]):
        name = f"c-{index}"
        teller.tell(name, [("Hi", "Hello."), ("Thanks", "Sure.")], feedback=[teller.thumb(name, 0, label)])
    page = open_page("")
    assert "Thumbs only 67 %" in page.text
    assert "50.0 % of turns have a thumb: 2 up , 1 down ." in page.text


def test_the_range_of_the_address_decides_what_counts(teller: Teller, open_page: Open) -> None:
    teller.tell("today", age_hours=1)
    teller.tell("last-week", age_hours=10 * 24)
    assert "1 conversation with" in open_page("").text
    assert "2 conversations with" in open_page("?range=30d").text
    assert "1 conversation with" in open_page("?range=nonsense").text


def test_an_empty_time_says_when_the_latest_was(teller: Teller, open_page: Open) -> None:
    teller.tell("old", age_hours=40 * 24)
    page = open_page("")
    assert "No conversation began in this time" in page.text
    assert "There are 1 in all" in page.text


def test_selectors_appear_with_a_second_value_and_narrow_everything(teller: Teller, open_page: Open) -> None:
    teller.tell("shop-1", service_name="shop", environment="production")
    assert 'name="service_name"' not in open_page("").html
    teller.tell("desk-1", service_name="desk", environment="production")
    page = open_page("?service_name=desk")
    assert 'name="service_name"' in page.html
    assert 'name="environment"' not in page.html
    assert page.list_conversations() == ["/p/default/conversations/desk-1"]
    assert "1 conversation with" in page.text


def test_the_chart_has_the_same_numbers_as_a_table(teller: Teller, open_page: Open) -> None:
    for index in range(12):
        teller.tell(f"c-{index}", age_hours=1)
    page = open_page("?range=24h")
    table = page.html[page.html.index("The same as a table") :]
    counts = [int(found) for found in re.findall(r'<td class="number">(\d+)</td>', table)]
    assert sum(counts) == 12
    assert "%</text>" in page.html


def test_a_project_that_is_not_there_is_a_404_that_names_it(teller: Teller, open_page: Open) -> None:
    page = open_page("/p/nowhere/")
    assert page.status == 404
    assert "There is no project “nowhere”." in page.text


def test_rest_gives_what_the_page_shows(teller: Teller, open_page: Open) -> None:
    with teller.together():
        for index in range(30):
            name = f"now-{index}"
            teller.tell(name, age_hours=1 + index, feedback=[teller.thumb(name, 0, "up")] if index < 3 else [])
            teller.tell(f"before-{index}", age_hours=8 * 24 + index)
        for index in range(10):
            tell_stopped(teller, f"stopped-{index}", age_hours=2 + index)
    told = json.loads(open_page("/api/v1/figures?range=7d").response.content)
    assert (told["conversations"], told["conversations_before"]) == (40, 30)
    assert (told["feedback"]["part"], told["thumbs"]["part"], told["thumbs"]["whole"]) == (3, 3, 3)
    stopped = {each["kind"]: each["conversations"] for each in told["signals"]}["early_termination"]
    assert (stopped["part"], stopped["whole"], stopped["share"]["value"]) == (10, 40, 0.25)
    assert stopped["change"]["clear"]
    assert "Stopped the answer 25.0 %" in open_page("").text
    assert sum(each["conversations"] for each in told["slices"]) == 40
    assert told["satisfaction"]["thumbs"]["satisfied"]["value"] == 1.0
    assert told["satisfaction"]["corrected"] is None, "nothing was fitted yet"
    assert told["calls"]["calls"] == 0
    assert open_page("/api/v1/figures?range=1y").status == 422


def test_goodput_asks_for_an_objective_and_then_holds_calls_against_it(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    start_ns = teller.now_ns - 3600 * 10**9
    calls = [
        make_generation(
            number, project_id=teller.project.pk, start_time_ns=start_ns, duration_ns=number * 10**9,
            time_to_first_chunk_ns=10**8, output_tokens=11, outcome="error" if number == 1 else "completed",
        )
        for number in range(1, 11)
    ]  # fmt: skip
    write_generations(teller.store, calls, {}, 1)
    ROLLUPS.forget()
    count_changed_hours(teller.store)
    assert "No time is set that an answer may take. Set one" in open_page("").text
    set_expectation(teller.project.pk, slow_ms=5_200, long_is="neutral")
    page = open_page("")
    assert "Answered in time 40.0 % within 5.2 s, without an error" in page.text
    assert page.find_links("latency%3E5200ms")
    assert "Time to first token, p95 100 ms" in page.text.replace("101 ms", "100 ms").replace("99 ms", "100 ms")
    assert "Failed calls 10.0 % 1 of 10" in page.text
    assert page.find_links("outcome=error")


def test_ingestion_has_a_calm_line_and_a_clear_one(teller: Teller, open_page: Open) -> None:
    forget_arrivals()
    assert "What comes in All that came in was read and listened to. Nothing came in" in open_page("").text
    teller.tell("one")
    keep_letters(teller.store, "otel_traces", [({"project_id": teller.project.pk, "TraceId": "a"}, "broken")])
    page = open_page("")
    assert "1 row was refused by the store and kept as dead letters." in page.text
    assert page.find_links("dead-letters")
    assert page.text.index("What comes in") < page.text.index("Satisfied, estimated"), "at the top where it is not well"
