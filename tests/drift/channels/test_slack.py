"""What users wrote cannot ring a channel, link anywhere or break Slack's limits."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.channels.channel import Request
from drift.channels.message import Message
from drift.channels.slack import CHANNEL, fit, write_payload
from tests.drift.channels.conftest import deliver, write_message

TARGET = {"url": "https://hooks.slack.com/services/T0/B0/top-secret"}
PIECES = [
    "<!channel>",
    "<!here|x>",
    "<@U123>",
    "<https://evil.example|Sign in>",
    "&lt;",
    "&",
    "*b*",
    "`",
    "🙂",
    "\n> q",
]
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=200).map("".join)


def list_texts(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for block in payload["blocks"]:
        yield from block.get("elements", [])
        if "text" in block:
            yield block["text"]


def test_a_message_is_blocks_with_one_link() -> None:
    texts = list(list_texts(write_payload(write_message())))
    assert [text["text"] for text in texts] == [
        "Critical: Answers of the model changed",
        "shop · critical · 2026-11-02 09:30 UTC",
        "Answers are 12 % longer since 1 November.",
        "• Length +0.2 sd\n• Refusals 2 to 4 %",
        "<https://tacit.example.com/p/shop/alerts/7?a=1&amp;b=2|Open in Tacit>",
    ]
    assert [text["type"] for text in texts] == ["plain_text"] * 4 + ["mrkdwn"]


def test_without_a_link_or_evidence_there_are_no_empty_blocks() -> None:
    payload = write_payload(write_message(link="", evidence=(), sentence="\u200b", project=""))
    assert [block["type"] for block in payload["blocks"]] == ["header", "context"]


@given(HOSTILE, HOSTILE, HOSTILE, st.lists(HOSTILE, max_size=12))
def test_no_text_of_users_is_markup(title: str, project: str, sentence: str, evidence: list[str]) -> None:
    message = write_message(title=title, project=project, sentence=sentence, evidence=tuple(evidence))
    payload = write_payload(message)
    texts = list(list_texts(payload))
    assert [text for text in texts if text["type"] == "mrkdwn"] == [texts[-1]]
    assert texts[-1]["text"] == "<https://tacit.example.com/p/shop/alerts/7?a=1&amp;b=2|Open in Tacit>"
    for text in (payload["text"], *(text["text"] for text in texts[:-1])):
        assert not set(text) & set("<>")
        assert not re.search(r"&(?!(amp|lt|gt);)", text)
        assert text
    assert count_units(texts[0]["text"]) <= 150
    assert all(count_units(text["text"]) <= 3_000 for text in texts)


def count_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(HOSTILE, st.integers(1, 300))
def test_a_text_that_is_cut_is_a_beginning_of_it(text: str, most: int) -> None:
    fitted = fit(text, most)
    assert count_units(fitted) <= most
    plain = unescape_three(fitted)
    assert plain == text or text.startswith(plain.removesuffix("…"))


def unescape_three(text: str) -> str:
    return re.sub("&(?:amp|lt|gt);", lambda found: unescape(found[0]), text)


def test_the_request_is_json_and_shows_no_secret() -> None:
    request = CHANNEL.write(deliver(), TARGET)
    assert isinstance(request, Request)
    assert json.loads(request.body)["text"] == "Critical: Answers of the model changed"
    assert request.headers["Content-Type"] == "application/json"
    assert "top-secret" not in repr(request)
    assert CHANNEL.show(TARGET) == "hooks.slack.com"


@pytest.mark.parametrize("url", ["", "http://hooks.slack.com/services/T0", "hooks.slack.com"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        CHANNEL.check({"url": url})


def test_the_longest_message_is_within_what_slack_takes() -> None:
    longest = write_message(title="&" * 500, sentence="<" * 5_000, evidence=("&" * 500,) * 20, project=">" * 500)
    assert isinstance(longest, Message)
    assert all(count_units(text["text"]) <= 3_000 for text in list_texts(write_payload(longest)))
