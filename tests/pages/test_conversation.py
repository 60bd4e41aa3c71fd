"""One conversation: the chat, what was heard at each turn, the spans, and hostile text in all of them."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest

from feedback.explicit import Feedback
from tests.pages.conftest import SECOND_NS, Page, Teller, make_answer
from tracing.conversations import Conversation, Turn

Open = Callable[[str], Page]
Address = Callable[[str], str]

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> [go](javascript:alert(1)) \x00\u202eevil ‮"


def write_spans(teller: Teller, trace_id: str, names: list[str], attributes: dict[str, str] | None = None) -> None:
    count = len(names)
    teller.store.insert(
        "otel_traces",
        {
            "project_id": [teller.project.pk] * count,
            "Timestamp": [teller.now_ns + index * SECOND_NS for index in range(count)],
            "TraceId": [trace_id] * count,
            "SpanId": [f"{index:016x}" for index in range(count)],
            "ParentSpanId": ["" if index == 0 else f"{0:016x}" for index in range(count)],
            "SpanName": names,
            "Duration": [SECOND_NS] * count,
            "StatusCode": ["Unset"] * (count - 1) + ["Error"],
            "StatusMessage": [""] * (count - 1) + ["connection refused"],
            "SpanAttributes": [attributes or {}] * count,
        },
    )


def test_a_chat_is_shown_in_order_with_its_facts(teller: Teller, open_page: Open) -> None:
    teller.tell("one", [("How do I reset it?", "Hold the **button**."), ("And now?", "Wait.")], user_id="anna")
    page = open_page("conversations/one")
    assert page.text.index("How do I reset it?") < page.text.index("And now?") < page.text.index("Wait.")
    assert "<strong>button</strong>" in page.html
    assert "2 turns · gpt-x" in page.text
    assert "not reported" in page.text  # no tokens were sent: that is not zero


def test_an_unknown_conversation_is_a_404_that_names_it(teller: Teller, open_page: Open) -> None:
    page = open_page("conversations/nowhere")
    assert page.status == 404
    assert "“nowhere”" in page.text


@pytest.mark.parametrize(
    "name",
    [
        "a/b/c", "with space", "ünï-会話-🙂", "..", "a/../b", "./x", "/lead", "trail/", "a//b", "~tilde", "~", "a?b#c",
        "100%", "%2F", "a\nb", "a\\b", "<script>", "a&b=c;d", "x" * 400, "\u202ertl",
    ],
)  # fmt: skip
def test_any_id_has_an_address_that_leads_back_to_it(teller: Teller, open_page: Open, name: str) -> None:
    teller.tell(name, [(f"Hello from {name!r}", "Hi.")])
    [address] = open_page("conversations").list_conversations()
    page = open_page(address)
    assert page.status == 200
    assert "Hello from" in page.text


def test_a_plain_id_may_be_typed_as_it_is(teller: Teller, open_page: Open, address_of: Address) -> None:
    for name in ("a/b c", "~loose", "会話"):
        teller.tell(name)
        assert open_page(address_of(name)).status == 200


def test_hostile_text_is_only_ever_text(teller: Teller, open_page: Open) -> None:
    thumb = teller.thumb("evil", 0, "down", explanation=HOSTILE)
    teller.tell("evil", [(HOSTILE, HOSTILE)] * 2, user_id=HOSTILE, service_name=HOSTILE, feedback=[thumb])
    write_spans(teller, "evil-0-trace", [HOSTILE, HOSTILE], {HOSTILE: HOSTILE})
    search = quote(HOSTILE)
    pages = ("conversations/evil?turn=1", "conversations", "", "setup", "datasets", f"conversations?q={search}")
    for path in pages:
        page = open_page(path)  # which asserts that there is no script, style or remote thing in it
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "<img" not in page.html
        assert "\x00" not in page.html
    assert "alert(1)" in open_page("conversations/evil").text


def test_signals_stand_beside_the_turn_that_gave_them(teller: Teller, open_page: Open) -> None:
    start = teller.now_ns
    stopped = make_answer("Once upon a", start, "first", outcome="stopped", ended_by="client")
    second = make_answer("I'm sorry about that.", start + 60 * SECOND_NS, "second")
    turns = (Turn(0, "Tell a story", stopped), Turn(1, "This is terrible, I hate it.", second))
    teller.write(Conversation(teller.project.pk, "one", turns))
    page = open_page("conversations/one")
    first, _, rest = page.html.partition('id="turn-2"')
    assert "Stopped the answer" in first
    assert "stopped by the user after 11 characters" in first
    assert 'class="cut"' in first
    assert "Tone" in rest
    assert '<mark class="bad">' in rest


def test_a_replaced_answer_is_folded_with_its_reason(teller: Teller, open_page: Open) -> None:
    start = teller.now_ns
    old = make_answer("Paris, I guess.", start, "old")
    new = make_answer("Lyon.", start + 20 * SECOND_NS, "new")
    teller.write(Conversation(teller.project.pk, "one", (Turn(0, "Which city?", new, (old,)),)))
    page = open_page("conversations/one")
    folded = page.html[page.html.index('<details class="replaced">') : page.html.index("Lyon.")]
    assert "earlier answer, replaced" in folded
    assert "Paris, I guess." in folded
    assert "Asked for another answer" in folded


def test_a_message_stands_in_the_users_own_words_and_folded_as_the_model_got_it(
    teller: Teller, open_page: Open
) -> None:
    sent = f"Context:\n{HOSTILE}\n{'word ' * 2000}\nQuestion: Which city?\nAnswer:"
    answer = make_answer("Lyon.", teller.now_ns, "one")
    teller.write(Conversation(teller.project.pk, "one", (Turn(0, "Which city?", answer, sent_text=sent),)))
    page = open_page("conversations/one")
    folded = page.html[page.html.index('<details class="sent">') : page.html.index("Lyon.")]
    assert "as the model got it" in folded
    assert "Context:" in folded
    assert "more characters, in its span" in folded
    assert page.html.index("Which city?") < page.html.index('<details class="sent">')
    assert "<script>alert" not in page.html


def test_a_message_that_the_model_got_as_it_was_typed_is_shown_once(teller: Teller, open_page: Open) -> None:
    teller.tell("one", [("Which city?", "Lyon.")])
    page = open_page("conversations/one")
    assert 'class="sent"' not in page.html
    assert page.html.count("Which city?</div>") == 1


def test_what_people_said_stands_beside_the_answer_and_is_not_told_twice(teller: Teller, open_page: Open) -> None:
    comment = Feedback(
        project_id=teller.project.pk, identifier="c", name="comment", time_ns=teller.now_ns,
        explanation="too long", conversation_id="one", trace_id="one-0-trace",
    )  # fmt: skip
    teller.tell("one", feedback=[teller.thumb("one", 0, "down", "wrong button"), comment])
    page = open_page("conversations/one")
    turn = page.text[page.text.index("assistant") : page.text.index("Turn 1, spans")]
    assert turn.count("Thumb down") == 1
    assert "“wrong button”" in turn
    assert "“too long”" in turn


def test_the_waterfall_shows_the_spans_of_the_turn_asked_for(teller: Teller, open_page: Open) -> None:
    teller.tell("one", [("Hi", "Hello."), ("Bye", "See you.")])
    write_spans(teller, "one-0-trace", ["greet", "lookup"], {"db.system": "sqlite"})
    write_spans(teller, "one-1-trace", ["farewell"])
    first = open_page("conversations/one?turn=1")
    assert "greet 1.0 s" in first.text
    assert "lookup failed 1.0 s Details of lookup connection refused" in first.text
    assert 'aria-level="2" aria-posinset="1" aria-setsize="1"' in first.html
    assert "db.system sqlite" in first.text
    assert "farewell" not in first.text
    assert "farewell" in open_page("conversations/one?turn=2").text
    assert "farewell" in open_page("conversations/one").text, "with nothing wrong it is the last turn"
    assert "farewell" in open_page("conversations/one?turn=999").text


def test_the_first_turn_that_went_wrong_is_selected(teller: Teller, open_page: Open) -> None:
    thumb = teller.thumb("one", 1, "down")
    teller.tell("one", [("Hi", "Hello."), ("Where?", "There."), ("Bye", "See you.")], feedback=[thumb])
    assert "Turn 2, spans" in open_page("conversations/one").text


def test_previous_and_next_stay_within_the_filters(teller: Teller, open_page: Open) -> None:
    for index, service in enumerate(["shop", "desk", "shop", "shop"]):
        teller.tell(f"c{index}", age_hours=1 + index, service_name=service)
    page = open_page("conversations/c2?service_name=shop")
    assert "2 of 3, service “shop”" in page.text
    links = {link.partition("?")[0].rpartition("/")[2] for link in page.find_links("service_name=shop") if "/c" in link}
    assert {"c0", "c3"} <= links
    assert 'data-key="previous"' in page.html
    last = open_page("conversations/c3?service_name=shop")
    assert 'rel="next"' not in last.html


def test_a_span_attribute_that_is_an_object_is_shown_as_json(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    write_spans(teller, "one-0-trace", ["call"], {"list": json.dumps(["a", "b"])})
    assert '[ "a", "b" ]' in open_page("conversations/one").text


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("1", 1, 100), ("100", 1, 100), ("101", 101, 200), ("250", 201, 250)]
)
def test_a_long_conversation_is_shown_a_hundred_turns_at_a_time(
    teller: Teller, open_page: Open, asked: str, first: int, last: int
) -> None:
    teller.tell("long", [(f"question {index}", f"answer {index}") for index in range(250)])
    page = open_page(f"conversations/long?turn={asked}")
    assert re.findall(r'id="turn-(\d+)"', page.html) == [str(number) for number in range(first, last + 1)]
    assert f"turns {first}–{last} of 250" in page.text
    assert f"Turn {asked}, spans" in page.text
    assert "question 0" in page.html  # the title tells how it began, wherever one is


def test_an_edited_message_shows_what_was_left(teller: Teller, open_page: Open) -> None:
    told = teller.tell("edited", [("One?", "1"), ("Two?", "2"), ("Two, I mean?", "two")])
    first, second, third = told.turns
    teller.write(replace(told, turns=(first, second, replace(third, follows=0))))
    page = open_page("conversations/edited")
    assert "this goes on from turn 1" in page.text
    assert page.html.count('class="turn left"') == 1
    assert page.text.index("left: an earlier message was edited after it") < page.text.index("Two?")
