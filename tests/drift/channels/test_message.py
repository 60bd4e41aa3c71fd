"""A message cannot hold what traces may: control characters, turned directions, endless texts."""

import unicodedata
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.channels.message import (
    EVIDENCE_CHARACTERS,
    EVIDENCE_LINES,
    SENTENCE_CHARACTERS,
    TITLE_CHARACTERS,
    Severity,
    State,
)
from tests.drift.channels.conftest import write_message

HOSTILE = st.text() | st.sampled_from(
    [
        "\u202egnp.exe",
        "a\r\nBcc: all@example.com",
        "\x1b[31mred",
        "\ud800",
        "e" + "\u0301" * 5_000,
        "x" * 10_000,
        "\x00",
    ]
)


@given(HOSTILE, HOSTILE, HOSTILE, st.lists(HOSTILE, max_size=20))
def test_texts_are_one_visible_line_each_and_bounded(
    title: str, project: str, sentence: str, evidence: list[str]
) -> None:
    message = write_message(title=title, project=project, sentence=sentence, evidence=tuple(evidence))
    for text in (message.title, message.project, message.sentence, *message.evidence):
        assert all(unicodedata.category(each)[0] != "C" for each in text)
        assert text == " ".join(text.split())
    assert 0 < len(message.title) <= TITLE_CHARACTERS
    assert len(message.sentence) <= SENTENCE_CHARACTERS
    assert len(message.evidence) <= EVIDENCE_LINES
    assert all(0 < len(line) <= EVIDENCE_CHARACTERS for line in message.evidence)


def test_what_is_harmless_stays_as_it_is() -> None:
    message = write_message(title="Длина ответов 🙂", sentence="5 < 6 & 7 > 2")
    assert (message.title, message.sentence) == ("Длина ответов 🙂", "5 < 6 & 7 > 2")


@pytest.mark.parametrize(
    ("state", "headline"),
    [(State.FIRING, "Warning: Slow"), (State.RESOLVED, "Resolved: Slow"), (State.TEST, "Test: Slow")],
)
def test_the_headline_says_what_it_is(state: State, headline: str) -> None:
    assert write_message(state=state, severity=Severity.WARNING, title="Slow").headline == headline


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "https://", "https://a.example/ b", 'https://a.example/"x', "https://a.example/|x", "//a"],
)
def test_a_link_is_an_address_that_ends_no_markup(link: str) -> None:
    with pytest.raises(ValueError, match="link"):
        write_message(link=link)


@pytest.mark.parametrize("key", ["", "a b", "a\nb", "k" * 201])
def test_a_key_is_plain(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        write_message(key=key)


def test_a_time_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        write_message(time=datetime(2026, 11, 2))  # noqa: DTZ001 -- the mistake
