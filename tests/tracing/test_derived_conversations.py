"""Conversations of apps that send no conversation id, through the real store."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import count_examples
from tests.tracing.otlp import PROJECT, insert_spans, make_span, make_trace_id
from tests.tracing.talking import (
    START_NS,
    Call,
    again,
    arrive,
    ask_tools,
    give_result,
    load_all,
    outline,
    say,
    talk,
)
from tracing.conversations import Conversation
from tracing.derivation import derive_traces
from tracing.records import load_generations
from tracing.store import Store

pytestmark = pytest.mark.usefixtures("project")


def derive(store: Store, *calls: Call) -> list[Conversation]:
    arrive(store, calls)
    return list(load_all(store).values())


def test_calls_that_resend_what_was_said_are_one_conversation(store: Store) -> None:
    calls = talk(1, "Where is my parcel?", "And the other one?", "Thanks")
    [conversation] = derive(store, *calls)
    assert [turn.user_text for turn in conversation.turns] == ["Where is my parcel?", "And the other one?", "Thanks"]
    assert (conversation.conversation_id, conversation.derived) == (f"trace:{make_trace_id(1)}", True)
    generations = load_generations(store, PROJECT, [each.trace_id for each in calls])
    assert {each.conversation_id for each in generations} == {conversation.conversation_id}
    assert all(each.conversation_id_derived for each in generations)


def test_a_call_that_comes_before_the_one_that_it_goes_on_from_finds_it_later(store: Store) -> None:
    calls = talk(1, "One?", "Two?", "Three?", "Four?")
    for call in (calls[2], calls[3], calls[0]):
        arrive(store, [call])
    assert outline(load_all(store).values()) == [["One?"], ["Three?", "Four?"]]
    arrive(store, [calls[1]])
    assert outline(load_all(store).values()) == [["One?", "Two?", "Three?", "Four?"]]
    generations = load_generations(store, PROJECT, [each.trace_id for each in calls])
    assert {each.conversation_id for each in generations} == {f"trace:{make_trace_id(1)}"}


def test_white_space_system_messages_and_tools_of_the_past_make_no_difference(store: Store) -> None:
    first = Call(1, say("Where is it?"), "On its  way.\n")
    system = {"role": "system", "parts": [{"type": "text", "content": "It is Monday."}]}
    second = Call(2, (system, *say("Where is it? ", "On its way."), *say("When?")), "Soon.")
    assert outline(derive(store, first, second)) == [["Where is it?", "When?"]]


@pytest.mark.parametrize("users", [("anna", "ben"), ("anna", ""), ("", "anna")])
def test_nobody_goes_on_with_anothers_dialogue(store: Store, users: tuple[str, str]) -> None:
    first, second = talk(1, "Hello there, who are you?", "And what can you do?")
    found = derive(store, replace(first, user=users[0]), replace(second, user=users[1]))
    assert len(found) == 2


def test_of_two_unknown_users_with_the_same_beginning_none_is_guessed(store: Store) -> None:
    calls = [*talk(1, "Hi", "What about my parcel?", "Thanks"), *talk(2, "Hi", "Tell me a joke", "Another")]
    assert sorted(outline(derive(store, *calls))) == [
        ["Hi"],
        ["Hi"],
        ["Tell me a joke", "Another"],
        ["What about my parcel?", "Thanks"],
    ]


def test_two_known_users_with_the_same_beginning_are_told_apart(store: Store) -> None:
    calls = [*talk(1, "Hi", "What about my parcel?", user="anna"), *talk(2, "Hi", "Tell me a joke", user="ben")]
    assert outline(derive(store, *calls)) == [["Hi", "What about my parcel?"], ["Hi", "Tell me a joke"]]


@pytest.mark.parametrize("name", ["client.address", "app.installation.id"])
def test_unknown_users_are_told_apart_by_where_they_are(store: Store, name: str) -> None:
    calls = [
        *talk(1, "Hi", "What about my parcel?", attributes={name: "a"}),
        *talk(2, "Hi", "Tell me a joke", attributes={name: "b"}),
    ]
    assert outline(derive(store, *calls)) == [["Hi", "What about my parcel?"], ["Hi", "Tell me a joke"]]


def test_a_known_users_latest_dialogue_is_gone_on_with(store: Store) -> None:
    monday, tuesday = talk(1, "Hi", user="anna"), talk(500_000, "Hi", "Is it open?", user="anna")
    assert outline(derive(store, *monday, *tuesday)) == [["Hi"], ["Hi", "Is it open?"]]


def test_a_second_dialogue_that_comes_late_takes_back_a_guess(store: Store) -> None:
    first, second = talk(10, "Hi", "What about my parcel?", step=20)
    assert len(derive(store, first, second)) == 1
    assert len(derive(store, again(first, 15))) == 3


def test_what_the_provider_holds_is_gone_on_with(store: Store) -> None:
    found = derive(
        store,
        Call(1, say("One?"), "1", response_id="resp_1"),
        Call(2, say("Two?"), "2", response_id="resp_2", previous_response_id="resp_1"),
        Call(3, say("Three?"), "3", response_id="resp_3", previous_response_id="resp_2"),
    )
    assert outline(found) == [["One?", "Two?", "Three?"]]


def test_an_answer_that_the_provider_holds_is_asked_for_again(store: Store) -> None:
    [conversation] = derive(
        store,
        Call(1, say("One?"), "1", response_id="resp_1"),
        Call(2, say("Two?"), "2", response_id="resp_2", previous_response_id="resp_1"),
        Call(9, say("Two?"), "two", response_id="resp_3", previous_response_id="resp_1"),
    )
    assert [[each.text for each in turn.answers] for turn in conversation.turns] == [["1"], ["2", "two"]]


def test_users_do_not_share_what_the_provider_holds(store: Store) -> None:
    found = derive(
        store,
        Call(1, say("One?"), "1", user="anna", response_id="resp_1"),
        Call(2, say("Two?"), "2", user="ben", previous_response_id="resp_1"),
    )
    assert len(found) == 2


def test_a_history_of_which_only_the_last_messages_are_sent_is_found_by_them(store: Store) -> None:
    calls = talk(
        1, "Where is my parcel today?", "Is there another one for me?", "Can somebody else take it in?", "Who?"
    )
    trimmed = [replace(each, messages=each.messages[-3:]) for each in calls]
    assert outline(derive(store, *trimmed)) == [[call.messages[-1]["parts"][0]["content"] for call in calls]]


def test_a_history_whose_beginning_is_summed_up_is_found_by_its_end(store: Store) -> None:
    calls = talk(1, "Where is my parcel today?", "Is there another one for me?", "Can somebody else take it in?")
    summary = {"role": "system", "parts": [{"type": "text", "content": "They asked for a parcel."}]}
    calls[2] = replace(calls[2], messages=(summary, *calls[2].messages[-3:]))
    assert len(derive(store, *calls)) == 1


def test_short_last_messages_alone_tell_no_dialogue(store: Store) -> None:
    first = Call(1, say("Yes"), "Good.")
    assert len(derive(store, first, Call(2, say("Something", "else", "Yes", "Good.", "Bye")))) == 2


def test_an_answer_that_the_app_changed_is_gone_on_with_by_a_known_user(store: Store) -> None:
    first = Call(1, say("Where is it?"), "**On its way** [1]", user="anna")
    second = Call(2, say("Where is it?", "On its way", "When?"), "Soon.", user="anna")
    assert outline(derive(store, first, second)) == [["Where is it?", "When?"]]


def test_another_answer_to_the_same_history_is_an_alternative(store: Store) -> None:
    calls = talk(1, "One question?", "Another question?")
    [conversation] = derive(store, *calls, again(calls[1], 30, answer="In other words."))
    assert [len(turn.answers) for turn in conversation.turns] == [1, 2]
    assert conversation.turns[1].answer.text == "In other words."


def test_another_first_answer_is_an_alternative_where_the_user_is_known(store: Store) -> None:
    first, second = talk(1, "A first question?", "Another question?", user="anna", step=90)
    [conversation] = derive(store, first, again(first, 30, answer="In other words."), second)
    assert [len(turn.answers) for turn in conversation.turns] == [2, 1]


def test_an_edited_message_starts_a_branch_and_nothing_is_lost(store: Store) -> None:
    calls = talk(1, "One?", "Two?", "Three?")
    edited = talk(1, "One?", "Two, I mean?", "And then?", step=100)[1:]
    [conversation] = derive(store, *calls, *edited)
    assert [(turn.user_text, turn.follows) for turn in conversation.turns] == [
        ("One?", None),
        ("Two?", None),
        ("Three?", None),
        ("Two, I mean?", 0),
        ("And then?", None),
    ]
    assert conversation.list_left() == {1, 2}


def test_a_call_after_a_tools_result_goes_on_with_the_answer_before_it(store: Store) -> None:
    question = say("Where is my parcel?")
    asked = Call(1, question, "Let me look.", tools=("call_1",))
    answered = Call(2, (*question, ask_tools("call_1"), give_result("call_1")), "On its way.")
    then = Call(3, say("Where is my parcel?", "On its way.", "When?"), "Soon.")
    [conversation] = derive(store, asked, answered, then)
    assert [(turn.user_text, turn.answer.text) for turn in conversation.turns] == [
        ("Where is my parcel?", "On its way."),
        ("When?", "Soon."),
    ]
    [turn, _] = conversation.turns
    assert ([each.text for each in turn.answer.steps], turn.alternatives) == (["Let me look."], ())


def test_an_agents_answer_asked_for_again_is_one_alternative(store: Store) -> None:
    question = say("Where is my parcel?")
    calls = [
        Call(1, question, tools=("call_1",)),
        Call(2, (*question, ask_tools("call_1"), give_result("call_1")), "On its way."),
        Call(30, question, tools=("call_2",)),
        Call(31, (*question, ask_tools("call_2"), give_result("call_2")), "In Ulm."),
    ]
    [turn] = derive(store, *(replace(each, conversation="c") for each in calls))[0].turns
    assert [(each.text, len(each.steps)) for each in turn.answers] == [("On its way.", 1), ("In Ulm.", 1)]


def test_an_id_that_comes_later_takes_the_trace_out_of_the_derived_conversation(store: Store) -> None:
    first, second, third = talk(1, "One?", "Two?", "Three?")
    arrive(store, [first, second, third])
    arrive(store, [replace(second, conversation="real")])
    assert outline(load_all(store).values()) == [["One?"], ["Two?"], ["Three?"]]
    arrive(store, [second])
    assert outline(load_all(store).values()) == [["One?", "Two?", "Three?"]]


def test_ids_on_the_root_alone_reach_the_whole_trace_also_when_it_comes_last(store: Store) -> None:
    child = again(Call(1, say("One?"), "1"), 1).to_span()
    child.parent_span_id = (9).to_bytes(8, "big")
    root = make_span(
        9,
        1,
        {"session.id": "s", "user.id": "anna"},
        start_time_unix_nano=START_NS,
        end_time_unix_nano=START_NS + 10**10,
    )
    insert_spans(store, child)
    derive_traces(store, [(PROJECT, make_trace_id(1))])
    assert [(each.derived, each.user_id) for each in load_all(store).values()] == [(True, "")]
    insert_spans(store, root)
    derive_traces(store, [(PROJECT, make_trace_id(1))])
    [conversation] = load_all(store).values()
    assert (conversation.conversation_id, conversation.derived, conversation.user_id) == ("s", False, "anna")
    assert len(load_generations(store, PROJECT, [make_trace_id(1)])) == 1


def test_reading_again_changes_nothing(store: Store) -> None:
    calls = [*talk(1, "Hi", "One?", "Two?"), *talk(5, "Hi", "Three?", user="anna")]
    arrive(store, calls)
    before = load_all(store)
    arrive(store, calls)
    arrive(store, calls[1:2])
    assert load_all(store) == before


class CrashError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("writes", range(9))
def test_a_crash_while_dialogues_join_is_mended_by_reading_again(
    store: Store, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = talk(1, "One?", "Two?", "Three?", "Four?")
    for call in (calls[0], calls[2], calls[3]):
        arrive(store, [call])
    insert_spans(store, calls[1].to_span())
    insert, left = Store.insert, [True] * writes

    def insert_or_die(self: Store, table: str, columns: Any) -> None:
        if not left:
            raise CrashError
        left.pop()
        insert(self, table, columns)

    joining = [(PROJECT, calls[1].trace_id)]
    with monkeypatch.context() as patch, suppress(CrashError):
        patch.setattr(Store, "insert", insert_or_die)
        derive_traces(store, joining)
    derive_traces(store, joining)
    assert outline(load_all(store).values()) == [["One?", "Two?", "Three?", "Four?"]]
    generations = load_generations(store, PROJECT, [each.trace_id for each in calls])
    assert [each.conversation_id for each in generations] == [f"trace:{make_trace_id(1)}"] * 4


# What follows holds for any dialogues.

PROJECTS = count(5_000)
ANSWERS = ("Hello!", "It was paid back to you.")
QUESTIONS = ("Hi", "How do I get a refund for it?", "And what about the other one?", "ok")


@st.composite
def dialogues(draw: st.DrawFn) -> list[Call]:
    """Calls of a few people who say the same few things, some of them going on, again, or back."""
    calls: list[Call] = []
    histories: list[tuple[str, list[str]]] = []
    for number in range(1, draw(st.integers(2, 8)) + 1):
        user, said = draw(st.sampled_from([("", []), ("anna", []), ("ben", []), *histories, *histories]))
        question, answer = (
            draw(st.sampled_from(QUESTIONS)),
            draw(st.sampled_from(["Hello!", "It was paid back to you."])),
        )
        kept = said[-2:] if draw(st.booleans()) else said
        calls.append(Call(number, say(*kept, question), answer, user=user))
        histories.append((user, [*said, question, answer]))
    return calls


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[Call], list[list[Call]]]:
    calls = draw(dialogues())
    order = [*draw(st.permutations(calls)), *draw(st.lists(st.sampled_from(calls), max_size=2))]
    found: list[list[Call]] = [[]]
    for call in order:
        if found[-1] and (call in found[-1] or draw(st.booleans())):
            found.append([])
        found[-1].append(call)
    return calls, found


def tell_all(store: Store, project_id: int, calls: Sequence[Call]) -> tuple[dict[str, Conversation], dict[str, str]]:
    """The conversations, and in which one each call is."""
    found = {key: replace(each, project_id=0) for key, each in load_all(store, project_id).items()}
    generations = load_generations(store, project_id, [each.trace_id for each in calls])
    return found, {each.trace_id: each.conversation_id for each in generations}


@settings(max_examples=count_examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches())
def test_any_order_and_batches_give_the_same_conversations_and_never_two_users_in_one(
    store: Store, arrived: tuple[list[Call], list[list[Call]]]
) -> None:
    calls, apart = arrived
    one, many = next(PROJECTS), next(PROJECTS)
    arrive(store, calls, one)
    for batch in apart:
        arrive(store, batch, many)
    expected = tell_all(store, one, calls)
    assert tell_all(store, many, calls) == expected
    users = {call.trace_id: call.user for call in calls}
    for conversation in expected[0].values():
        traces = {answer.trace_id for answer in conversation.answers}
        assert {expected[1][trace_id] for trace_id in traces} == {conversation.conversation_id}
        assert len({users[trace_id] for trace_id in traces}) == 1
