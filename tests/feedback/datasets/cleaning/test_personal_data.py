"""Personal data becomes placeholders, the same for the same value wherever it stands, or the row goes."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets.cleaning import NORMALISATION, PERSONAL_DATA
from feedback.datasets.cleaning.personal_data import Search
from feedback.datasets.cleaning.texts import list_texts
from feedback.datasets.record import Reason, Record
from feedback.datasets.steps import Context
from tests.examples import count_examples
from tests.feedback.datasets.cleaning.rows import apply, call, context, keep, result, row, user
from tracing.generations import Message
from tracing.personal_data import Finding

MAIL, PHONE, IBAN, CARD = "jane@mailbox.dk", "+45 32 12 34 57", "DE44 5001 0517 5407 3249 31", "4539 1488 0343 6467"


def say(text: str, **options: Any) -> str:
    """What becomes of a message."""
    [kept] = keep(PERSONAL_DATA, row(text), **options)
    return kept.prompt[0].content


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"write to {MAIL}", "write to <EMAIL_1>"),
        (f"call {PHONE} now", "call <PHONE_1> now"),
        (f"pay to {IBAN}.", "pay to <IBAN_1>."),
        (f"my card is {CARD}", "my card is <CARD_1>"),
        ("my SSN: 460-89-9847", "my SSN: <SSN_1>"),
        ("logged in from 88.12.3.4", "logged in from <IP_ADDRESS_1>"),
        ("date of birth: 1987-04-12", "date of birth: <DATE_OF_BIRTH_1>"),
        (f"{MAIL} and peter@mailbox.dk, not {MAIL.upper()}", "<EMAIL_1> and <EMAIL_2>, not <EMAIL_1>"),
    ],
)
def test_values_become_placeholders_of_their_kind(text: str, written: str) -> None:
    assert say(text) == written


@pytest.mark.parametrize(
    "text", ["write to support@mailbox.dk", "jane@example.com, 192.168.0.1, 4242 4242 4242 4242", "git@github.com:a/b"]
)
def test_organisations_and_what_documentation_uses_stay(text: str) -> None:
    assert say(text) == text


def test_a_made_up_name_at_a_domain_that_somebody_has_is_replaced() -> None:
    assert say("me@mailbox.dk, jane.doe@mailbox.dk, me@example.com") == "<EMAIL_1>, <EMAIL_2>, me@example.com"


def test_a_value_is_the_same_in_every_place_of_every_row() -> None:
    first = row(
        Message("system", f"The customer writes from {MAIL}."),
        f"I am reached at {PHONE}",
        call({"customer": {"email": MAIL.upper(), "contacts": ["32123457", None]}, "n": 3}),
        result(f'{{"iban": "{IBAN}", "mail": "{MAIL}"}}'),
        answer=f"I have {MAIL} and 32 12 34 57.",
        rejected=f"Write to {MAIL}!",
        tools=({"name": "f", "description": f"Ask {MAIL}"},),
    )
    second = row(f"{IBAN} is right", answer=f"Thanks, we write to {MAIL}")
    one, other = keep(PERSONAL_DATA, first, second)
    assert [message.content for message in one.prompt] == [
        "The customer writes from <EMAIL_1>.",
        "I am reached at <PHONE_1>",
        "",
        '{"iban": "<IBAN_1>", "mail": "<EMAIL_1>"}',
    ]
    arguments = {"customer": {"email": "<EMAIL_1>", "contacts": ["<PHONE_1>", None]}, "n": 3}
    assert one.prompt[2].tool_calls[0].arguments == arguments
    assert one.completion[0].content == "I have <EMAIL_1> and <PHONE_1>."
    assert one.rejected[0].content == "Write to <EMAIL_1>!"
    assert one.tools[0]["description"] == "Ask <EMAIL_1>"
    assert other.prompt[0].content == "<IBAN_1> is right"
    assert other.completion[0].content == "Thanks, we write to <EMAIL_1>"
    assert one.replaced == {"email": 1, "iban": 1, "phone": 1}
    assert other.replaced == {"email": 1, "iban": 1}


def test_a_placeholder_that_somebody_typed_stands_for_nothing_else() -> None:
    assert say(f"<EMAIL_1> and <EMAIL_7> and {MAIL}") == "<EMAIL_1> and <EMAIL_7> and <EMAIL_8>"


def test_a_number_alone_is_the_one_that_words_told_before() -> None:
    kept = keep(PERSONAL_DATA, row("my number is 264-8830", answer="Noted: 2648830, or 1 (555) 264 8830"))
    assert kept[0].completion[0].content == "Noted: <PHONE_1>, or <PHONE_1>"


@pytest.mark.parametrize(("name", "written"), [("customerPhone", "<PHONE_1>"), ("amount", "264-8830")])
def test_the_name_of_an_argument_says_what_it_is(name: str, written: str) -> None:
    [kept] = keep(PERSONAL_DATA, row("Go", call({name: "264-8830"}), result("done")))
    assert kept.prompt[1].tool_calls[0].arguments == {name: written}


def test_json_of_a_tool_stays_json() -> None:
    [kept] = keep(PERSONAL_DATA, row("Go", call({}), result('{"phone": 4532123457, "note": "call \\"+4532123457\\""}')))
    assert kept.prompt[2].content == '{"phone": "<PHONE_1>", "note": "call \\"<PHONE_1>\\""}'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('{"customer": {"id": 7, "name": "Jane Roe"}}', '{"customer": {"id": 7, "name": "<NAME_1>"}}'),
        (
            '{"passengers": [{"name": "Jane Roe"}, {"name": "Peter Groß"}]}',
            '{"passengers": [{"name": "<NAME_1>"}, {"name": "<NAME_2>"}]}',
        ),
        ('{"product": {"name": "Blue Lamp"}, "name": "Jane"}', '{"product": {"name": "Blue Lamp"}, "name": "Jane"}'),
        (
            '{"mobile": {"value": "264-8830"}, "phone": ["264-8830"]}',
            '{"mobile": {"value": "<PHONE_1>"}, "phone": ["<PHONE_1>"]}',
        ),
    ],
)
def test_names_and_keys_in_json_say_what_values_are(text: str, written: str) -> None:
    [kept] = keep(PERSONAL_DATA, row("Go", call(json.loads(text)), result(text)))
    assert kept.prompt[2].content == written
    assert kept.prompt[1].tool_calls[0].arguments == json.loads(written)


def test_a_value_that_only_json_tells_and_nothing_can_replace_costs_the_row() -> None:
    text = '{"phone": "264\\u002d8830"}'
    assert apply(PERSONAL_DATA, row("Go", call({}), result(text))) == [Reason.PERSONAL_DATA]
    [plain] = keep(NORMALISATION, row("Go", call({}), result(text)))
    [kept] = keep(PERSONAL_DATA, plain)
    assert kept.prompt[2].content == '{"phone": "<PHONE_1>"}'


@pytest.mark.parametrize(
    "message", [call({"phone": 4532123457}), call({MAIL: "x"}), call({"to": {"list": [{MAIL: 1}]}})]
)
def test_where_no_placeholder_can_stand_the_row_goes(message: Message) -> None:
    assert apply(PERSONAL_DATA, row("Go", message, result("done"))) == [Reason.PERSONAL_DATA]


def test_numbers_that_are_nobodys_cost_no_row() -> None:
    arguments = {"order_id": 4532123457, "created_at": 1700000000, "price": 12.5, "zip": 20095, "ok": True}
    [kept] = keep(PERSONAL_DATA, row("Go", call(arguments), result("done")))
    assert kept.prompt[1].tool_calls[0].arguments == arguments


def test_rows_with_personal_data_go_where_that_was_asked_for() -> None:
    kept = apply(PERSONAL_DATA, row("Hello"), row(f"I am {MAIL}"), row("Go", call({MAIL: 1})), personal_data="drop")
    assert isinstance(kept[0], Record)
    assert kept[1:] == [Reason.PERSONAL_DATA, Reason.PERSONAL_DATA]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("My name is Jane Roe and I wait. Jane Roe", "My name is <NAME_1> and I wait. <NAME_1>"),
        ("mein Name ist Jürgen Groß.", "mein Name ist <NAME_1>."),
        ("Je m'appelle Zoé", "Je m'appelle <NAME_1>"),
        ("меня зовут Анна Иванова", "меня зовут <NAME_1>"),
        ("It broke.\n\nBest regards,\nJane van der Roe\n", "It broke.\n\nBest regards,\n<NAME_1>\n"),
        ("The customer's name is Mrs. Jane Roe", "The customer's name is Mrs. <NAME_1>"),
        ("My name is not important", "My name is not important"),
        ("Thanks,\nThe Mailbox Team", "Thanks,\nThe Mailbox Team"),
        ("Dear [Your Name],", "Dear [Your Name],"),
        ("Is the file name: Report?", "Is the file name: Report?"),
    ],
)
def test_names_that_are_said_to_be_names_are_replaced(text: str, written: str) -> None:
    assert say(text) == written


def test_a_name_is_one_person_in_full_and_in_part() -> None:
    kept = keep(PERSONAL_DATA, row("my name is Jane Roe", answer="Hi Jane! Is Ms. Roe your wife? Rowe is not."))
    assert kept[0].completion[0].content == "Hi <NAME_1>! Is Ms. <NAME_1> your wife? Rowe is not."


def test_a_name_that_is_a_word_is_replaced_where_it_greets() -> None:
    kept = keep(PERSONAL_DATA, row("My name is Will", answer="Hi Will! Will it do?"))
    assert kept[0].completion[0].content == "Hi <NAME_1>! Will it do?"


def test_an_assistant_keeps_its_own_name() -> None:
    [kept] = keep(PERSONAL_DATA, row(Message("assistant", "My name is Ava."), "Hi Ava"))
    assert [message.content for message in kept.prompt] == ["My name is Ava.", "Hi Ava"]


def test_what_the_app_says_of_its_user_is_looked_for_and_then_forgotten() -> None:
    identity = (("email", "j@mailbox.dk"), ("name", "Jane Roe"), ("user", "cust-4711"))
    [kept] = keep(PERSONAL_DATA, row("cust-4711 here", answer="Hello Jane (cust-4711)", identity=identity))
    assert (kept.prompt[0].content, kept.completion[0].content) == ("<USER_1> here", "Hello <NAME_1> (<USER_1>)")
    assert kept.identity == ()


def test_another_recogniser_is_asked_as_well() -> None:
    def find_planets(text: str) -> list[Finding]:
        at = text.find("Pluto")
        return [Finding("other", at, at + 5, 0.9, "a planet")] if at >= 0 else []

    scrubber = Context(context().definition, scrubber=find_planets)
    [kept] = PERSONAL_DATA.apply([row(f"I, {MAIL}, live on Pluto")], scrubber)
    assert isinstance(kept, Record)
    assert kept.prompt[0].content == "I, <EMAIL_1>, live on <OTHER_1>"


def test_a_row_in_which_something_is_left_goes() -> None:
    def find_ever_more(text: str) -> list[Finding]:
        return [Finding("other", 0, 6, 0.9, "the beginning")] if len(text) > 6 else []

    kept = PERSONAL_DATA.apply([row("something")], Context(context().definition, scrubber=find_ever_more))
    assert [each.reason for each in kept if not isinstance(each, Record)] == [Reason.PERSONAL_DATA]


def test_a_thousand_values_are_replaced_in_time() -> None:
    table = "\n".join(
        f"jane{number}@mailbox.dk;+45 32 12 {number:04};customer name: Jane {chr(65 + number % 26)}oe"
        for number in range(1000)
    )
    [kept] = keep(PERSONAL_DATA, row(table, answer="Found jane7@mailbox.dk."))
    assert kept.replaced["email"] == 1000
    assert kept.completion[0].content == "Found <EMAIL_8>."


VALUES = st.sampled_from(
    [
        MAIL,
        MAIL.upper(),
        PHONE,
        "32123457",
        IBAN,
        CARD,
        "my name is Jane Roe",
        "Jane",
        "<EMAIL_1>",
        "<NAME_2>",
        "88.12.3.4",
    ]
)
TEXTS = st.lists(VALUES | st.text(max_size=6) | st.sampled_from([" ", "\n", ": ", '"', "call "]), max_size=6).map(
    "".join
)
ARGUMENTS = st.recursive(
    TEXTS | st.integers(0, 99) | st.none() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["phone", "q", "name"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def rows(draw: st.DrawFn) -> Record:
    prompt = (Message("system", draw(TEXTS)), user(draw(TEXTS)), call({"a": draw(ARGUMENTS)}), result(draw(TEXTS)))
    identity = draw(st.sampled_from([(), (("name", "Jane Roe"),), (("email", MAIL), ("user", "cust-4711"))]))
    return row(*prompt, answer=draw(TEXTS), rejected=draw(TEXTS), identity=identity)


def tell_shape(value: Any) -> Any:
    """The value of JSON without its texts."""
    if isinstance(value, dict):
        return {key: tell_shape(member) for key, member in value.items()}
    return (
        [tell_shape(member) for member in value] if isinstance(value, list) else "" if isinstance(value, str) else value
    )


@settings(max_examples=count_examples(60), deadline=None)
@given(st.lists(rows(), min_size=1, max_size=3))
def test_nothing_is_left_and_nothing_else_is_changed(records: list[Record]) -> None:
    for before, after in zip(records, apply(PERSONAL_DATA, *records), strict=True):
        if isinstance(after, Reason):
            continue
        assert not Search(list(list_texts(after)), None)
        assert [message.role for message in after.messages] == [message.role for message in before.messages]
        calls = (before.prompt[2].tool_calls[0].arguments, after.prompt[2].tool_calls[0].arguments)
        assert tell_shape(calls[0]) == tell_shape(calls[1])


@settings(max_examples=count_examples(40), deadline=None)
@given(st.lists(st.lists(VALUES, max_size=6), min_size=1, max_size=3))
def test_equal_values_become_equal_placeholders(said: list[list[str]]) -> None:
    texts = [" ; ".join(values) for values in said]
    written: dict[str, set[str]] = {}
    for before, after in zip(said, keep(PERSONAL_DATA, *map(row, texts)), strict=True):
        for value, placeholder in zip(before, after.prompt[0].content.split(" ; "), strict=bool(before)):
            written.setdefault(value.lower(), set()).add(placeholder)
    assert all(len(placeholders) == 1 for placeholders in written.values())
    assert written.get(IBAN.lower(), set()) <= {"<IBAN_1>"}


@settings(max_examples=count_examples(40), deadline=None)
@given(st.lists(rows(), min_size=1, max_size=3))
def test_done_twice_it_changes_nothing_more(records: list[Record]) -> None:
    once = [each for each in apply(PERSONAL_DATA, *records) if isinstance(each, Record)]
    again = keep(PERSONAL_DATA, *once) if once else []
    assert [replace(each, replaced={}) for each in again] == [replace(each, replaced={}) for each in once]
