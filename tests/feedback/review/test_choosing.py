"""What is chosen for review: exactly as many as asked for, each with the probability that it tells."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.review.choosing import Candidate, choose
from feedback.review.queue import Mix, Reason

strengths = st.floats(0, 1)
candidates = st.lists(st.tuples(strengths, strengths, strengths), max_size=40).map(
    lambda found: [Candidate(f"c{number}", number % 3, 0, *each) for number, each in enumerate(found)]
)
parts = st.floats(0, 10)
mixes = st.builds(Mix, parts, parts, parts, st.floats(0.1, 10))


def make_project(count: int = 60) -> list[Candidate]:
    """A fifth of it uncertain, a tenth in disagreement, a tenth in failure modes."""
    return [
        Candidate(
            f"c{number}",
            0,
            1,
            uncertain=number * 37 % 100 / 100 if number % 5 == 0 else 0.0,
            disagreement=1.0 if number % 10 == 1 else 0.0,
            failure_mode=1.0 if number % 10 in (1, 2) else 0.0,
        )
        for number in range(count)
    ]


@given(candidates, mixes, st.integers(1, 50), st.text())
def test_as_many_are_chosen_as_asked_for_or_all_each_once(
    found: list[Candidate], mix: Mix, size: int, seed: str
) -> None:
    items = choose(found, mix, size, seed)
    assert len(items) == min(size, len(found))
    assert len({each.conversation_id for each in items}) == len(items)
    assert all(0 < each.propensity <= 1 for each in items)
    if size >= len(found):
        assert {(each.propensity, each.reason) for each in items} <= {(1.0, Reason.RANDOM)}


@given(candidates, mixes, st.integers(1, 50), st.text())
def test_the_same_are_chosen_again_however_they_come(found: list[Candidate], mix: Mix, size: int, seed: str) -> None:
    items = choose(found, mix, size, seed)
    again = choose(found[::-1], mix, size, seed)
    assert [(each.conversation_id, each.reason) for each in again] == [
        (each.conversation_id, each.reason) for each in items
    ]
    assert [each.propensity for each in again] == pytest.approx([each.propensity for each in items])


def test_totals_of_all_that_there_is_are_told_from_those_chosen_without_bias() -> None:
    """Weighed by 1/propensity the mean over many draws is the truth, of whatever is counted; and the share that random
    chose is as common among all."""
    found, seeds, size = make_project(), 600, 12
    counted = {each.conversation_id: 1 + 9 * each.uncertain + 5 * each.failure_mode for each in found}
    totals, control, counts = [], Counter[str](), Counter[str]()
    for seed in range(seeds):
        items = choose(found, Mix(), size, str(seed))
        totals.append(sum(counted[each.conversation_id] / each.propensity for each in items))
        counts.update(each.conversation_id for each in items)
        control.update(each.conversation_id for each in items if each.reason is Reason.RANDOM)
    assert sum(totals) / seeds == pytest.approx(sum(counted.values()), rel=0.04)
    chances = {each.conversation_id: each.propensity for each in choose(found, Mix(), size, "0")}
    assert all(abs(counts[key] / seeds - chance) < 0.08 for key, chance in chances.items())
    plain, flagged = ([control[each.conversation_id] / seeds for each in some] for some in (found[3::5], found[1::10]))
    assert sum(flagged) / len(flagged) == pytest.approx(sum(plain) / len(plain), abs=0.03)


def test_reasons_have_their_parts() -> None:
    found = make_project(5_000)
    reasons = Counter(each.reason for seed in range(20) for each in choose(found, Mix(), 50, str(seed)))
    shares = [reasons[each] / 1_000 for each in Reason]
    assert shares == pytest.approx([0.4, 0.2, 0.2, 0.2], abs=0.05)


def test_what_a_reason_lacks_goes_to_the_others() -> None:
    found = [*make_project(1_000)[2::5], Candidate("odd", 0, 0, disagreement=1.0)]
    items = choose(found, Mix(disagreement=50), 30, "one")
    assert len(items) == 30
    assert next(each for each in items if each.conversation_id == "odd").propensity == 1.0


def test_the_order_tells_nothing_of_the_reason() -> None:
    found, first = make_project(300), Counter[Reason]()
    for seed in range(200):
        first[choose(found, Mix(), 20, str(seed))[0].reason] += 1
    assert first[Reason.RANDOM] / 200 == pytest.approx(0.2, abs=0.09)


def test_of_nothing_nothing_is_chosen() -> None:
    assert choose([], Mix(), 50, "") == choose([Candidate("a", 0, 0)], Mix(), 0, "") == []
