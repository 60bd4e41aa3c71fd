"""One conversation: the chat, what was heard at each turn, the spans, and hostile text in all of them."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from django.utils import timezone

from drift.models import LedgerEvent
from feedback.explicit import Feedback
from tests.pages.conftest import SECOND_NS, Page, Teller, make_answer
from tracing.conversations import Conversation, Turn
from tracing.generations import Generation, Message, ToolCall
from tracing.records import write_generations

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


def test_a_replaced_answer_stands_beside_what_came_in_its_place(teller: Teller, open_page: Open) -> None:
    start = teller.now_ns
    old = make_answer("Take the red train to Paris.", start, "old")
    new = make_answer("Take the blue train to Paris.", start + 20 * SECOND_NS, "new")
    teller.write(Conversation(teller.project.pk, "one", (Turn(0, "Which train?", new, (old,)),)))
    page = open_page("conversations/one")
    folded = page.html[page.html.index('<details class="alternative">') : page.html.index('class="to-spans"')]
    assert "earlier answer, replaced" in folded
    assert "86% of the words stayed" in folded
    assert "Take the <del>red</del> train" in folded
    assert "Take the <ins>blue</ins> train" in folded
    assert "Asked for another answer" in folded


def test_of_several_replaced_answers_each_stands_beside_the_next(teller: Teller, open_page: Open) -> None:
    answers = [make_answer(text, teller.now_ns + at * 20 * SECOND_NS, f"a{at}") for at, text in enumerate("xyz")]
    teller.write(Conversation(teller.project.pk, "one", (Turn(0, "Which?", answers[2], tuple(answers[:2])),)))
    text = open_page("conversations/one").text
    assert "answer 1 of 3, replaced · compare: hardly a word is the same" in text
    assert "answer 2 of 3, replaced" in text


def write_call(teller: Teller, trace_id: str, **fields: object) -> None:
    """A model call that is what `tell` says wrote the answer of this trace."""
    known = {"start_time_ns": teller.now_ns, "duration_ns": SECOND_NS, "parent_span_id": "", "convention": "genai"}
    name = trace_id.removesuffix("-trace")
    call = Generation(teller.project.pk, trace_id, f"{name}-span", **(known | fields))  # type: ignore[arg-type]
    write_generations(teller.store, [call], {}, version=1)


def test_tools_are_folded_above_the_answer_with_what_they_were_asked_and_gave(teller: Teller, open_page: Open) -> None:
    told = teller.tell("one", [("Where is order 48112?", "I could not find it.")])
    asked = Message("assistant", "", tool_calls=(ToolCall("c1", "find_order", {"order": 48112, "note": HOSTILE}),))
    thought = Message("assistant", "", parts=({"type": "reasoning", "content": f"Hm. {HOSTILE}"},))
    given = Message("tool", '{"error": "connection refused"}', tool_call_id="c1")
    offered = ({"name": "find_order"}, {"type": "function", "function": {"name": "refund_order"}})
    write_call(
        teller, "one-0-trace", input_messages=(given,), output_messages=(thought, asked), tool_definitions=offered,
        start_time_ns=told.turns[0].start_time_ns, system_instructions=f"Be kind. {HOSTILE}", prompt_version="v14",
    )  # fmt: skip
    write_spans(teller, "one-0-trace", ["answer"])
    page = open_page("conversations/one")
    assert "find_order order: 48112" in page.text
    assert "failed" in page.text[page.text.index("find_order order: 48112") :][:300]
    assert "connection refused" in page.text
    assert "thought Hm." in page.text
    assert "not called: refund_order" in page.text
    assert "Be kind." in page.text
    assert "prompt v14" in page.text
    assert "<script>alert" not in page.html
    assert "<img" not in page.html


def test_what_changed_in_the_system_prompt_before_the_turn_is_shown(teller: Teller, open_page: Open) -> None:
    teller.tell("one", service_name="shop")
    text = "Refer to the website, dear Anna."
    write_call(teller, "one-0-trace", system_instructions=text, service_name="shop", prompt_version="v14")
    known = {
        "project": teller.project, "field": "system_instructions", "kind": "new", "service_name": "shop",
        "told_at": timezone.now(),
    }  # fmt: skip
    changed = "Refer to the website, dear «name»."
    LedgerEvent.objects.create(**known, old="Use the order.", new=changed, time_ns=teller.now_ns - 1, span_id="1")
    LedgerEvent.objects.create(**known, old="Be kind.", new="Another prompt.", time_ns=teller.now_ns, span_id="2")
    LedgerEvent.objects.create(**known, old=changed, new=text, time_ns=teller.now_ns + 1, span_id="3")
    page = open_page("conversations/one")
    card = page.text[page.text.index("System prompt, v14") : page.text.index("the whole prompt")]
    assert "System instructions of shop changed in" in card
    assert "Use the order." in card
    assert "Another prompt." not in card


def test_a_prompt_that_changed_between_two_turns_is_marked_there_with_its_diff(teller: Teller, open_page: Open) -> None:
    told = teller.tell("one", [("Hello?", "Hi."), ("And?", "Well."), ("So?", "Yes.")], service_name="shop")
    times = [turn.start_time_ns for turn in told.turns]
    for index, text in enumerate(["Use the order.", "Refer to the website, Anna.", "Refer to the website, Bob."]):
        write_call(
            teller, f"one-{index}-trace", system_instructions=text, service_name="shop", start_time_ns=times[index]
        )
    for time_ns, new in ((times[1], "Refer to the website, «name»."), (times[2], "Another prompt.")):
        LedgerEvent.objects.create(
            project=teller.project, field="system_instructions", kind="new", service_name="shop",
            told_at=timezone.now(), old="Use the order.", new=new, time_ns=time_ns, span_id=f"{time_ns}",
        )  # fmt: skip
    html = open_page("conversations/one").html
    before_the_second = html[html.index('id="turn-2"') : html.index("And?")]
    assert "the system prompt changed before this turn" in before_the_second
    assert "<del>" in before_the_second
    assert html.count("the system prompt changed before this turn") == 1


def test_a_very_long_message_and_answer_are_folded(teller: Teller, open_page: Open) -> None:
    line = f"{HOSTILE}{'x' * 1_000_000}"
    teller.tell("long", [(line, line), ("Hello?", "Yes?")])
    page = open_page("conversations/long")
    assert page.text.count("the rest, 60,000 more characters") == 2
    assert "more, in its span" in page.text
    assert len(page.html) < 1_000_000
    assert "<script>alert" not in page.html


def test_other_conversations_of_the_user_are_at_hand(teller: Teller, open_page: Open) -> None:
    for name in ("one", "two"):
        teller.tell(name, [(f"This is {name}", "Yes.")], user_id="anna/1")
    teller.tell("three", [("This is three", "Yes.")], user_id="bob")
    text = open_page("conversations/one").text
    others = text[text.index("Other conversations of this user") :]
    assert "This is two" in others
    assert "This is one" not in others
    assert "This is three" not in others


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


def test_of_a_trace_of_very_many_spans_the_first_are_shown_with_their_attributes(
    teller: Teller, open_page: Open
) -> None:
    teller.tell("one", [("Hi", "Hello.")])
    write_spans(teller, "one-0-trace", [f"step {at}" for at in range(1_000)], {"db.system": "sqlite"})
    page = open_page("conversations/one")
    assert "300 of 1,000 spans" in page.text
    assert page.text.count("db.system sqlite") == 300
    assert "?span=0000000000000001#span" in page.html


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


@pytest.mark.parametrize(("asked", "first", "last"), [("1", 1, 50), ("50", 1, 50), ("51", 51, 100), ("130", 101, 130)])
def test_a_long_conversation_is_shown_fifty_turns_at_a_time(
    teller: Teller, open_page: Open, asked: str, first: int, last: int
) -> None:
    teller.tell("long", [(f"question {index}", f"answer {index}") for index in range(130)])
    page = open_page(f"conversations/long?turn={asked}")
    assert re.findall(r'id="turn-(\d+)"', page.html) == [str(number) for number in range(first, last + 1)]
    assert f"turns {first}–{last} of 130" in page.text
    assert f"Turn {asked}, spans" in page.text
    assert "question 0" in page.html  # the title tells how it began, wherever one is


def test_an_edited_message_shows_what_was_left(teller: Teller, open_page: Open) -> None:
    told = teller.tell("edited", [("One?", "1"), ("Two?", "2"), ("Two, I mean?", "two")])
    first, second, third = told.turns
    teller.write(replace(told, turns=(first, second, replace(third, follows=0))))
    page = open_page("conversations/edited")
    assert "this goes on from turn 1" in page.text
    assert re.findall(r'<li class="turn[^"]* left[^"]*" id="([^"]*)"', page.html) == ["turn-2"]
    assert page.text.index("left: an earlier message was edited after it") < page.text.index("Two?")
