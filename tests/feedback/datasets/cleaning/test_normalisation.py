"""The same text is the same characters, and nothing hides in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets.cleaning import NORMALISATION, PERSONAL_DATA
from feedback.datasets.cleaning.normalisation import normalise_characters
from tests.examples import count_examples
from tests.feedback.datasets.cleaning.rows import call, keep, result, row
from tracing.generations import Message


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("cafe\u0301", "café"),
        ("a\r\nb\rc\u2028d\u2029e\x85f", "a\nb\nc\nd\ne\nf"),
        ("\ufeffa\x00b\x1b[1mc\x7f\td\n", "ab[1mc\td\n"),
        ("caf\ufffd", "caf"),
        ("pass\u200bword i\u00adt i\u2060s", "password it is"),
        ("abc \u202egnp.exe\u202c \u2066x\u2069", "abc gnp.exe x"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("half \ud800 and \ud83d\ude00 whole", "half  and \U0001f600 whole"),
        ("a\u200db", "ab"),
        ("☺\ufe0f\ufe0f\ufe0f\ufe0f", "☺\ufe0f"),
    ],
)
def test_what_nobody_sees_goes(text: str, plain: str) -> None:
    assert normalise_characters(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "plain, with\ttabs\nand lines",
        "می‌خواهم",
        "👩‍👩‍👧 ❤️‍🔥",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "日本語 עברית",
        "क्‍ष",
    ],
)
def test_what_a_script_or_a_picture_needs_stays(text: str) -> None:
    assert normalise_characters(text) == text


@settings(max_examples=count_examples(200), deadline=None)
@given(st.text(st.characters() | st.sampled_from("\u200b\u200d\u202e\ufe0f\ud800\r\n\u0301e\U000e0041"), max_size=20))
def test_a_plain_text_is_not_changed_again(text: str) -> None:
    plain = normalise_characters(text)
    assert normalise_characters(plain) == plain
    plain.encode()


def test_every_text_of_a_row_is_made_plain_and_its_parts_say_no_more_than_what_they_are() -> None:
    parts = ({"type": "text", "text": "jane@mailbox.dk"}, {"type": "image", "url": "secret.png"})
    messages = (Message("user", "a\u200bb", parts=parts), call({"q\u200b": ["c\u200bd", 1]}), result("e\u200bf"))
    record = row(
        *messages, answer="g\u200bh", rejected="i\u200bj", tools=({"name": "f", "x\u200b": {"y\u202e": "k\u200bl"}},)
    )
    [kept] = keep(NORMALISATION, record)
    assert [message.content for message in kept.prompt] == ["ab", "", "ef"]
    assert (kept.completion[0].content, kept.rejected[0].content) == ("gh", "ij")
    assert kept.prompt[1].tool_calls[0].arguments == {"q": ["cd", 1]}
    assert kept.tools == ({"name": "f", "x": {"y": "kl"}},)
    assert kept.prompt[0].parts == ({"type": "text"}, {"type": "image"})


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r'{"a": "\u002B45 \u00f6\u00e4 \\u0041 \\\u0041"}', '{"a": "+45 öä \\\\u0041 \\\\A"}'),
        (r'{"a": "\u0022 \u005c \u000a \ud83d\ude00"}', r'{"a": "\u0022 \u005c \u000a \ud83d\ude00"}'),
        (r"a regular expression: \u0041", r"a regular expression: \u0041"),
    ],
)
def test_characters_of_json_are_written_as_they_are(text: str, plain: str) -> None:
    [kept] = keep(NORMALISATION, row("Go", call({}), result(text)))
    assert kept.prompt[2].content == plain


def test_a_value_cannot_hide_from_recognisers_behind_what_nobody_sees() -> None:
    [plain] = keep(NORMALISATION, row("ja\u200bne@mail\u00adbox.\u202edk"))
    [kept] = keep(PERSONAL_DATA, plain)
    assert kept.prompt[0].content == "<EMAIL_1>"
