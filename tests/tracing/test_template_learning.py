"""Templates are learnt while messages come in, once, and what came before is read again."""

import random

import pytest

from tests.conftest import Server
from tests.tracing.otlp import make_trace_id
from tests.tracing.own_words.made_up import APPS, make_materials
from tests.tracing.reading import call_model
from tracing.derivation import READING, derive_traces, read_changed_traces
from tracing.records import load_conversations, load_generations, load_templates
from tracing.store import Store
from tracing.template_learning import LEARNING, learn_changed_services

pytestmark = pytest.mark.usefixtures("project")
PROJECT = 1
# Without marks that one message alone would show.
APP = next(app for app in APPS if app.name == "unlabelled_prefix")
MATERIALS = list(make_materials(APP.name, APP.language, 12))
QUESTIONS = [each.question for each in MATERIALS]
MESSAGES = [APP.build(each) for each in MATERIALS]


def ingest(store: Store, messages: list[str], *, first: int = 1, service: str = "shop", project: int = PROJECT) -> None:
    """One trace a message, each a call of the model alone."""
    count = len(messages)
    store.insert(
        "otel_traces",
        {
            "project_id": [project] * count,
            "Timestamp": [(first + index) * 10**9 for index in range(count)],
            "TraceId": [make_trace_id(first + index) for index in range(count)],
            "SpanId": ["01" * 8] * count,
            "ServiceName": [service] * count,
            "SpanName": ["chat"] * count,
            "SpanAttributes": [call_model(message) for message in messages],
        },
    )


def find_words(store: Store, count: int = len(MESSAGES), project: int = PROJECT) -> list[str]:
    """What calls and turns say was typed, which is the same."""
    trace_ids = [make_trace_id(number) for number in range(1, count + 1)]
    calls = load_generations(store, project, trace_ids)
    found = load_conversations(store, project, [call.conversation_id for call in calls])
    turns = [found[call.conversation_id].turns for call in calls]
    assert [turn.user_text for each in turns for turn in each] == [call.user_text for call in calls]
    return [call.user_text for call in calls]


def settle(store: Store) -> None:
    """All stages until nothing waits."""
    while read_changed_traces(store) or learn_changed_services(store):
        pass


def test_what_came_before_a_template_was_known_is_read_again(store: Store) -> None:
    ingest(store, MESSAGES)
    read_changed_traces(store)
    assert find_words(store) == MESSAGES
    learn_changed_services(store)
    assert find_words(store) == QUESTIONS


def test_the_message_as_it_was_sent_stays_beside_the_words(store: Store) -> None:
    ingest(store, MESSAGES)
    settle(store)
    [call] = load_generations(store, PROJECT, [make_trace_id(1)])
    [turn] = load_conversations(store, PROJECT, [call.conversation_id])[call.conversation_id].turns
    assert (turn.user_text, turn.sent_text) == (QUESTIONS[0], MESSAGES[0])
    assert call.input_messages[-1].content == MESSAGES[0]


def test_what_comes_after_a_template_is_known_is_right_at_once(store: Store) -> None:
    ingest(store, MESSAGES[:8])
    settle(store)
    ingest(store, MESSAGES[8:], first=9)
    read_changed_traces(store)
    assert find_words(store) == QUESTIONS


@pytest.mark.parametrize("seed", range(4))
def test_batches_and_their_order_do_not_matter_in_the_end(store: Store, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    waiting = list(enumerate(MESSAGES, 1))
    chance.shuffle(waiting)
    while waiting:
        batch = [waiting.pop() for _ in range(min(len(waiting), chance.randint(1, 5)))]
        for number, message in batch:
            ingest(store, [message], first=number)
        read_changed_traces(store)
        if chance.random() < 0.6:
            learn_changed_services(store)
    settle(store)
    assert find_words(store) == QUESTIONS


def test_learning_again_changes_nothing(store: Store) -> None:
    ingest(store, MESSAGES)
    settle(store)
    learnt = load_templates(store, PROJECT)
    assert list(learnt) == ["shop"]
    store.execute("TRUNCATE TABLE watermarks")
    READING.forget()
    LEARNING.forget()
    settle(store)
    assert load_templates(store, PROJECT) == learnt
    assert find_words(store) == QUESTIONS
    derive_traces(store, [(PROJECT, make_trace_id(number)) for number in range(1, 13)])
    assert find_words(store) == QUESTIONS


def test_a_new_version_of_a_template_is_learnt_beside_the_old_one(store: Store) -> None:
    ingest(store, MESSAGES)
    settle(store)
    newer = [f"Northwind's help answers in one paragraph, and never by e-mail.\n\n{each}" for each in QUESTIONS]
    ingest(store, newer, first=13)
    settle(store)
    assert find_words(store, 24) == [*QUESTIONS, *QUESTIONS]
    assert len(load_templates(store, PROJECT)["shop"]) == 2


def test_services_and_projects_learn_each_for_themselves(store: Store) -> None:
    ingest(store, MESSAGES)
    ingest(store, MESSAGES[:3], first=13, service="desk")
    ingest(store, MESSAGES[:3], project=2)
    settle(store)
    assert find_words(store, 15) == [*QUESTIONS, *MESSAGES[:3]]
    assert find_words(store, 3, project=2) == MESSAGES[:3]


def test_plain_chats_teach_nothing(store: Store) -> None:
    ingest(store, QUESTIONS)
    settle(store)
    assert find_words(store) == QUESTIONS
    assert load_templates(store, PROJECT) == {}


def test_nothing_is_learnt_while_traces_are_being_read(store: Store) -> None:
    ingest(store, MESSAGES)
    read_changed_traces(store)
    with READING.hold():
        assert learn_changed_services(store) == 0
    assert learn_changed_services(store) == 1


def test_what_no_template_can_mend_is_not_read_again_and_again(store: Store) -> None:
    odd = [f'{{"broken": {each}' for each in QUESTIONS] + [f"{each[:8]}" for each in QUESTIONS]
    ingest(store, [f"You are the support of a small shop. Be kind.\n\n{each}" for each in odd])
    ingest(store, odd, first=100)
    settle(store)
    before = store.query("tracing/sql/changed_services.sql", after_us=0, limit=10)
    store.execute("TRUNCATE TABLE watermarks")
    READING.forget()
    LEARNING.forget()
    learn_changed_services(store)
    assert store.query("tracing/sql/changed_services.sql", after_us=0, limit=10) == before


def test_templates_go_with_their_project(store: Store) -> None:
    ingest(store, MESSAGES)
    settle(store)
    store.delete_project(PROJECT)
    assert load_templates(store, PROJECT) == {}


def test_rest_gives_the_words_and_the_messages_as_they_were_sent(server: Server) -> None:
    ingest(server.store, MESSAGES)
    server.derive()
    items = server.get_json("generations?limit=50")["items"]
    assert sorted(each["user_text"] for each in items) == sorted(QUESTIONS)
    assert sorted(each["input_messages"][-1]["content"] for each in items) == sorted(MESSAGES)
    conversation = server.get_json(f"conversations/{items[0]['conversation_id']}")
    assert conversation["turns"][0]["sent_text"] == items[0]["input_messages"][-1]["content"]
    assert "templates" in server.get_json("stats")["lag"]
