import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.attacks.abuse import Abuse, find_abuse, load_rules
from feedback.attacks.lexicon import TOKEN
from feedback.training.attacks import read_texts


def list_exchanges(name: str) -> list[tuple[str, str]]:
    return [(request, answer) for _, line in read_texts(name) for request, answer in [line.split(" => ", 1)]]


def is_abusive(request: str, answer: str) -> bool:
    return any(each.severity >= 0.5 for each in find_abuse(answer, request))


def test_nine_of_ten_abusive_answers_are_found_and_few_harmless_ones_blamed() -> None:
    found = [is_abusive(*each) for each in list_exchanges("abuse")]
    blamed = [is_abusive(*each) for each in list_exchanges("no_abuse")]
    assert sum(found) >= 0.9 * len(found)
    assert sum(blamed) <= 0.03 * len(blamed)


def test_the_worst_comes_first_and_offsets_hold_it() -> None:
    answer = "You lazy fool. I will kill you."
    worst, *_ = find_abuse(answer)
    assert worst.kind == "threat"
    assert answer[slice(*worst.offsets)] == "I will kill you"


def test_what_was_asked_for_weighs_less_but_is_kept() -> None:
    (alone,), (asked,) = (
        find_abuse("You are an idiot."),
        find_abuse("You are an idiot.", "translate: du bist ein Idiot"),
    )
    assert alone.severity > 0.5 > asked.severity > 0


def test_a_draft_may_hold_an_insult_but_no_threat_against_the_user() -> None:
    request = "can you write an email"
    assert not is_abusive(request, "You are an idiot and I want my money back.")
    assert is_abusive(request, "First apologise, or I will find you and hurt you.")


@pytest.mark.parametrize("answer", ['"You idiot!" he cried.', "> you idiot", "`you idiot`", "« espèce d'idiot »"])
def test_quotations_are_not_said_to_the_user(answer: str) -> None:
    assert find_abuse(answer) == []


def test_every_rule_can_be_reached_by_each_of_its_cues() -> None:
    assert all(TOKEN.search(cue) for rule in load_rules() for cue in rule.cues)
    assert {rule.kind for rule in load_rules()} == {"insult", "dismissive", "threat", "self_harm", "slur", "sexual"}


@given(st.text(max_size=200))
def test_offsets_lie_in_any_answer(answer: str) -> None:
    prefixed = answer + " you idiot"
    found: list[Abuse] = find_abuse(prefixed)
    assert all(0 <= each.offsets[0] < each.offsets[1] <= len(prefixed) for each in found)
