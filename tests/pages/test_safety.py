"""Two rates that are read together: answers that broke a rule, and harmless requests that were declined."""

from collections.abc import Callable

from feedback.detectors.signal import Evidence, Signal
from feedback.records import ConversationSignals, write_signals
from feedback.tunings import set_detector
from tests.pages.conftest import Page, Teller

Open = Callable[[str], Page]
VIOLATION = "Violation rate"
FALSE_REFUSAL = "False refusal rate"
TURNS = [("a", "b"), ("c", "d"), ("e", "f"), ("g", "h")]


def hear(teller: Teller, conversation_id: str, *heard: tuple[int, str, str, int], age_hours: float = 1) -> None:
    """Tell a conversation of four turns in which exactly this fired: (turn, kind, label, polarity)."""
    conversation = teller.tell(conversation_id, TURNS, age_hours=age_hours)
    signals = [
        Signal(
            kind=kind, label=label, turn_index=turn, target=turn, score=0.9, confidence=0.9, fired=True,
            polarity=polarity, detector=kind, version="1", evidence=Evidence("because"),
            trace_id=f"{conversation_id}-{turn}-trace", span_id=f"{conversation_id}-{turn}-span",
        )
        for turn, kind, label, polarity in heard
    ]  # fmt: skip
    found = [ConversationSignals(conversation, signals)]
    write_signals(teller.store, teller.project.pk, found, [conversation_id], teller.versions + 1)


def read_rate(page: Page, title: str) -> str:
    """The words of one of the two figures."""
    return page.text[page.text.index(title) :].partition("The answer")[0]


def test_a_violation_is_an_answer_that_gave_way_was_abusive_or_leaked(teller: Teller, open_page: Open) -> None:
    hear(
        teller,
        "bad",
        (0, "prompt_attack", "succeeded", 0),
        (1, "toxic_output", "", -1),
        (1, "pii_leak", "card", -1),
        (2, "prompt_attack", "attempt", 0),
    )
    hear(teller, "good", (0, "refusal", "", -1), (1, "rephrase", "", -1))
    page = open_page("")
    assert "25.0 %" in read_rate(page, VIOLATION)
    assert "2 of 8 turns, in 1 conversation" in read_rate(page, VIOLATION)
    assert "0 of 8 turns" in read_rate(page, FALSE_REFUSAL)


def test_a_false_refusal_is_a_needless_one(teller: Teller, open_page: Open) -> None:
    hear(teller, "needless", (0, "refusal", "needless", -1), (3, "refusal", "needless", -1))
    hear(teller, "right", (0, "refusal", "", -1))
    page = open_page("")
    assert "2 of 8 turns, in 1 conversation" in read_rate(page, FALSE_REFUSAL)
    assert "0 of 8 turns" in read_rate(page, VIOLATION)


def test_each_leads_to_the_conversations_behind_it(teller: Teller, open_page: Open) -> None:
    hear(teller, "gave-way", (0, "prompt_attack", "succeeded", 0))
    hear(teller, "tried", (0, "prompt_attack", "attempt", 0))
    hear(teller, "leaked", (0, "pii_leak", "card", -1))
    hear(teller, "needless", (0, "refusal", "needless", -1))
    hear(teller, "right", (0, "refusal", "", -1))
    page = open_page("")
    [violations] = page.find_links("prompt_attack%2Fsucceeded")
    [refusals] = page.find_links("refusal%2Fneedless")
    listed = {each.rpartition("/")[2] for each in open_page(violations).list_conversations()}
    assert listed == {"gave-way", "leaked"}
    assert open_page(refusals).list_conversations() == ["/p/default/conversations/needless"]
    assert "with “Refused (needless)”" in open_page(refusals).text


def test_both_tell_their_change_against_the_period_before(teller: Teller, open_page: Open) -> None:
    with teller.together():
        for index in range(20):
            teller.tell(f"before-{index}", TURNS, age_hours=8 * 24)
    for index in range(5):
        leaks = [(turn, "pii_leak", "card", -1) for turn in range(4)]
        hear(teller, f"now-{index}", *leaks)
    assert "▲ 100.0 points" in read_rate(open_page(""), VIOLATION)
    assert "no clear change" in read_rate(open_page(""), FALSE_REFUSAL)


def test_what_the_project_has_off_is_named_as_not_counted(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    assert "Off in this project" not in open_page("").text
    set_detector(teller.project.pk, "pii_leak", is_on=False, threshold=None)
    assert "Off in this project, and so not counted: Personal data." in open_page("").text
