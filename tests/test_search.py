"""Conversations are found by all of the words asked for, in any script, by page and by REST alike."""

import json
from collections.abc import Sequence
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from tests.conftest import Server
from tracing.conversations import Answer, Conversation, Turn
from tracing.records import write_conversations

SAID: dict[str, Sequence[tuple[str, str]]] = {
    "english": [("How do I reset the router?", "Hold the red button."), ("Thanks", "Call `get_user_id()` now.")],
    "german": [("Wo ist die Straße nach Köln?", "Fahren Sie über Düsseldorf.")],
    "chinese": [("我的包裹在哪里?", "您的包裹明天到达北京。")],
    "japanese": [("東京タワーはどこですか", "港区にあります。")],
    "arabic": [("أين طردي؟", "سيصل طردك غدًا، شكرا.")],
    "emoji": [("I love it 👋🏽 ❤️", "👍")],
    "hostile": [("<script>alert('x')</script> %_\\", "'; DROP TABLE turns; --")],
}


@pytest.fixture
def told(server: Server) -> Server:
    write_conversations(server.store, [build(name, turns) for name, turns in SAID.items()], previous={}, version=1)
    return server


def build(name: str, said: Sequence[tuple[str, str]]) -> Conversation:
    turns = [
        Turn(index, user, Answer(f"{name}-{index}", "span", text, "completed", "", 10**18 + index, 1))
        for index, (user, text) in enumerate(said)
    ]
    return Conversation(1, name, tuple(turns))


def find(server: Server, query: str) -> set[str]:
    """Ids that REST gives; the page must say that there are as many."""
    with urlopen(f"{server.url}/api/v1/conversations?q={quote(query)}") as answer:
        found = {item["conversation_id"] for item in json.load(answer)["items"]}
    page = server.get(f"/p/default/conversations?q={quote(query)}").decode()
    assert {name for name in SAID if f"/conversations/{name}" in page} == found
    return found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("router", "english"),
        ("ROUTER button", "english"),
        ("router thanks", "english"),
        ("route", ""),
        ("router Köln", ""),
        ('"red button"', "english"),
        ('"button red"', ""),
        ('"button thanks"', ""),
        ("get_user_id()", "english"),
        ("user_id", "english"),
        ("STRASSE", "german"),
        ("köln düsseldorf", "german"),
        ("包裹", "chinese"),
        ("北京 包裹", "chinese"),
        ("裹包", ""),
        ("東京タワー", "japanese"),
        ("京東", ""),
        ("طردي", "arabic"),
        ("شكرا طردك", "arabic"),
        ("👋", "emoji"),
        ("❤", "emoji"),
        ("alert('x')", "hostile"),
        ("'; DROP TABLE turns; --", "hostile"),
        ("'; --", ""),
    ],
)
def test_all_words_are_found_anywhere_in_a_conversation(told: Server, query: str, found: str) -> None:
    assert find(told, query) == ({found} if found else set())


def test_nothing_asked_for_finds_everything(told: Server) -> None:
    assert find(told, "") == set(SAID)


def test_words_that_a_conversation_lost_do_not_find_it(told: Server) -> None:
    write_conversations(told.store, [build("english", [("Other words", "now")])], previous={}, version=2)
    assert find(told, "router") == set()
    assert find(told, "other") == {"english"}


def test_words_are_looked_up_in_the_index(told: Server) -> None:
    plan = told.store._connect().query(  # what the engine says of itself
        "EXPLAIN indexes = 1 SELECT conversation_id FROM conversations FINAL "
        "WHERE project_id = 1 AND hasAllTokens(words, ['router'])"
    )
    assert any("words_text" in row[0] for row in plan.result_rows)
