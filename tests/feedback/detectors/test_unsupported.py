"""What of an answer stands in nothing that the model was given; the measured part is in `grounded/`."""

import doctest
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.unsupported import PLACES, load_grounded, measure, tell
from feedback.claims import Sources, check_answer, cues, dates, durations, links, names, numbers, quotations, texts
from feedback.detectors.material import Material
from feedback.detectors.signal import Signal
from feedback.detectors.unsupported import detect
from tracing.conversations import Answer, Conversation
from tracing.generations import Generation, Message
from tracing.tool_runs import ToolRun

SHOP = """
Lumenwear returns policy. Unworn items can be sent back within 30 days of delivery, sale items within 14 days. We refund
within 5 working days after the parcel reaches our warehouse in Rotterdam. Return shipping costs €4.95. Managers: Gwen
Abbott, Rohan Mistry. Start at https://www.lumenwear.example/returns, care@lumenwear.example or 020 7946 0113. Order
LW-204817 left on 22 January 2025 at 15:04. "We want every customer to smile when the box is opened," says the founder.
"""
FILES = {"development": 76, "held_out": 74, "third": 24, "fourth": 24, "last": 20}


def _call(trace_id: str, span_id: str, **fields: Any) -> Generation:
    return Generation(1, trace_id, span_id, "", 0, 0, "genai", **fields)


def _material(talk: Callable[..., Conversation], answer: str, **fields: Any) -> Material:
    question = fields.pop("question", "What is your policy?")
    given_ = Answer("t1", "s1", answer, "completed", "", 0, 0, generation_span_ids=("s1",))
    return Material(talk((question, given_)), calls={("t1", "s1"): _call("t1", "s1", **fields)})


def _hear(talk: Callable[..., Conversation], answer: str, source: str = SHOP, question: str = "") -> Signal | None:
    material = _material(talk, answer, question=question, input_messages=(Message("tool", source),))
    return next(iter(detect(material)), None)


def _check(answer: str, source: str, question: str = "") -> list[str]:
    """What stands nowhere and is surely meant."""
    sources = Sources()
    for text in (source, question):
        sources.add(text)
    claims = check_answer(answer, sources, question).unsupported
    return [answer[claim.start : claim.end] for claim in claims if claim.doubt == 1]


@pytest.mark.parametrize(
    ("answer", "wrong", "label"),
    [
        ("You can send unworn items back within 45 days of delivery.", "45 days", "number"),
        ("Sale items can be sent back within 14 weeks.", "14 weeks", "number"),
        ("Return shipping costs £4.95 for unworn items.", "£4.95", "number"),
        ("Your parcel left on 22 March 2025, for the warehouse.", "22 March 2025", "date"),
        ("Your parcel left at 16:04 for the warehouse.", "16:04", "date"),
        ("Please ask for Rohan Zielinski, one of the managers.", "Zielinski", "name"),
        ("The parcel goes to our warehouse in Antwerp.", "Antwerp", "name"),
        ("Your order LW-204871 left the warehouse.", "LW-204871", "identifier"),
        (
            "Start at https://www.lumenwear.example/refunds to send items.",
            "https://www.lumenwear.example/refunds",
            "link",
        ),
        (
            "Start at https://www.lumenshop.example/returns to send items.",
            "https://www.lumenshop.example/returns",
            "link",
        ),
        ("Write to sales@lumenwear.example about returns.", "sales@lumenwear.example", "link"),
        ("Call us about returns on 020 7946 0114.", "020 7946 0114", "link"),
        ('The founder says: "quality was never meant to be cheap in this house".', "quality was never", "quotation"),
    ],
)
def test_what_stands_nowhere_fires_and_is_marked(
    talk: Callable[..., Conversation], answer: str, wrong: str, label: str
) -> None:
    signal = _hear(talk, answer)
    assert signal is not None
    assert (signal.fired, signal.label, signal.polarity, signal.target) == (True, label, -1, 0)
    assert signal.evidence.text == "answer"
    ((start, end),) = signal.evidence.offsets
    assert answer[start:end].startswith(wrong)
    assert wrong in signal.evidence.reason


@pytest.mark.parametrize(
    "answer",
    [
        "You have 30 days, sale items two weeks, and the refund takes up to five working days.",
        "Gwen Abbott and Rohan Mistry can help you. So can anyone at Lumenwear.",
        "Order LW 204817 left on 01/22/2025 at 3:04 pm, i.e. on January 22nd.",
        "Go to lumenwear.example/returns, or call +44 20 7946 0113.",
        "The founder wants “every customer to smile when the box is opened”.",
        "1. Pack the items.\n2. Send them to Rotterdam.\n3. Wait for the refund [1].",
        "```python\nrefund(days=99, to='Zielinski')\n```\nSend it within 30 days.",
        "",
        "Sure!",
    ],
)
def test_what_the_sources_say_in_other_words_gives_nothing(talk: Callable[..., Conversation], answer: str) -> None:
    assert _hear(talk, answer) is None


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        ("It takes 90 minutes.", "It takes 1.5 h."),
        ("That is 1,234.50 euros.", "Summe: 1.234,50 €"),
        ("Around 40 % agreed.", "39.7 % agreed."),
        ("It has 1.2 million users.", "It has 1,234,567 users."),
        ("It costs 12 k.", "It costs 12,000."),
        ("年間540万円です。", "年間5,400,000円"),
        ("Das sind 2.500 € für drei Wochen.", "That is €2,500 for three weeks."),
        ("In total €228.", "12 seats at €19."),
        ("12 × 429 + 395 = 5,543 in the first year.", "429 a month, 395 once."),
        ("Revenue grew by 20 %.", "Revenue rose from $50 to $60."),
        ("She lived for 83 years.", "Born in 1941, died in 2024."),
        ("You get there at 10:25, 55 minutes after 9:30.", "The boat leaves at 9:30."),
        ("It ends on 31 March 2028, with three-year terms from 1 April 2022.", "From 1 April 2022, three years."),
        ("That leaves 2.5 seconds.", "read_ms: 2500"),
        ("March sold 1,490 units.", "month,units,returns\n2025-03,1490,66"),
        ("Fragen Sie Grzegorza Malinowskiego.", "Zarządca: Grzegorz Malinowski"),
        ("Elle travaille à Fribourg.", "Arbeitsort Freiburg."),
        ("Lucía Navarro leads it.", r'{"name": "Luc\u00eda Navarro"}'),
    ],
)
def test_what_follows_from_the_sources_is_supported(answer: str, source: str) -> None:
    assert _check(answer, source) == []


@pytest.mark.parametrize(
    ("answer", "source", "question"),
    [
        ("So you pay €250.", "A seat is €19.", "What do 12 seats cost?"),
        ("It costs 5.300 €.", "It costs 5.000 €, and 5.3 of something.", ""),
        ("The warranty is seven years.", "Warranty 3 years. Issued 2024-11-07.", ""),
        ("It weighs 18 kg.", "Open from 18:00. It weighs 12 kg.", ""),
    ],
)
def test_numbers_that_stand_there_as_something_else_are_no_support(answer: str, source: str, question: str) -> None:
    """Each was once taken for support: a wrong product, a decimal point read twice, parts of a date, an hour."""
    sources = Sources()
    for text in (source, question):
        sources.add(text)
    assert check_answer(answer, sources, question).unsupported


def test_a_chat_that_rests_on_nothing_gives_no_signal(talk: Callable[..., Conversation]) -> None:
    answer = "Mount Kenya is 5,199 m high. Halford Mackinder climbed it on 13 September 1899."
    assert list(detect(Material(talk(("How high is Mount Kenya?", answer))))) == []
    told = _material(talk, answer, system_instructions="You are a friendly assistant. Answer briefly and politely.")
    assert list(detect(told)) == []


def test_a_tool_that_told_something_else_does_not_fire(talk: Callable[..., Conversation]) -> None:
    answer = "Mount Kenya is 5,199 m high. Halford Mackinder climbed it in September 1899, before anybody else."
    assert _hear(talk, answer, '{"status": "ok"}') is None
    signal = _hear(talk, answer, '{"status": "ok", "ids": [7001, 7002, 7003]}')
    assert signal is not None
    assert not signal.fired
    assert signal.confidence < 0.5


@pytest.mark.parametrize("place", PLACES)
def test_documents_count_wherever_an_app_puts_them(place: str) -> None:
    row = load_grounded("development")[0]
    wrong = row.answer.replace("Rotterdam", "Antwerp")
    assert list(detect(tell(row, row.answer, place))) == []
    (signal,) = detect(tell(row, wrong, place))
    assert signal.fired


def test_results_of_tools_that_only_spans_tell_count(talk: Callable[..., Conversation]) -> None:
    material = _material(talk, "The parcel goes to Rotterdam within 30 days, or so.")
    run = ToolRun(1, "t1", "s2", "", "search", "", "{}", SHOP, "completed", "", "", 0, 0)
    assert list(detect(replace(material, tool_runs=(run,)))) == []
    (signal,) = detect(replace(material, tool_runs=(replace(run, result=SHOP.replace("30", "40")),)))
    assert signal.label == "number"


def test_what_was_said_earlier_in_the_conversation_is_support(talk: Callable[..., Conversation]) -> None:
    first = Answer("t1", "s1", "Sale items: 14 days.", "completed", "", 0, 0, generation_span_ids=("s1",))
    second = Answer("t2", "s2", "Then return it within 14 days, Philippa.", "completed", "", 0, 0)
    conversation = talk(("I am Philippa. Sale items?", first), ("It is a sale item", second))
    calls = {("t1", "s1"): _call("t1", "s1", input_messages=(Message("tool", SHOP),))}
    assert list(detect(Material(conversation, calls=calls))) == []


def test_who_pastes_a_text_to_be_rewritten_may_get_new_sentences(talk: Callable[..., Conversation]) -> None:
    pasted = f"Write one sentence about this.\n{SHOP}"
    answer = 'How about "Send unworn items back to our warehouse within thirty days, and smile about the refund"?'
    assert [signal for signal in detect(Material(talk((pasted, answer)))) if signal.fired] == []


def test_the_same_number_as_hostile_text_is_read_in_time() -> None:
    for hostile in (
        "1 " * 20_000,
        "1,1" * 20_000,
        "A-" * 20_000,
        "https://" * 5_000,
        "May 1 and " * 5_000,
        '"a ' * 9_000,
    ):
        began = time.process_time()
        _check(hostile, hostile[:5_000])
        assert time.process_time() - began < 20


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read_and_what_it_says_itself_is_found(answer: str, source: str) -> None:
    for claim in check_answer(answer, _read(source)).unsupported:
        assert 0 <= claim.start < claim.end <= len(answer)
        assert 0 < claim.doubt <= 1


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=2, max_value=10**9), st.sampled_from(["days", "€", "kg", "", "%", "items"]))
def test_a_number_is_found_in_its_own_words(value: int, unit: str) -> None:
    assert _check(f"It is {value} {unit}, then.", f"Given: {value} {unit}.") == []


def _read(text: str) -> Sources:
    sources = Sources()
    sources.add(text)
    return sources


@pytest.fixture(scope="module", params=list(FILES))
def figures(request: pytest.FixtureRequest) -> tuple[str, Any]:
    rows = load_grounded(request.param)
    assert len(rows) >= FILES[request.param]
    return request.param, measure(rows[::3], places=("tool", "message"))


def test_planted_errors_are_found_and_right_answers_are_not_blamed(figures: tuple[str, Any]) -> None:
    """On a third of each file; all of it is measured by `benchmarks/unsupported.py`."""
    name, measured = figures
    assert measured.recall >= 0.72, name
    assert measured.false_alarms <= 0.13, name


@pytest.mark.parametrize(
    "module", [cues, dates, durations, links, names, numbers, quotations, texts], ids=lambda module: module.__name__
)
def test_the_examples_in_the_docstrings_hold(module: Any) -> None:
    failed, _ = doctest.testmod(module)
    assert failed == 0
