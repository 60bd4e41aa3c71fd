"""A name is taken where turns find their mode by it; a hollow, wrong or all too wide one is not."""

import numpy as np
import pytest

from feedback.embedding import WIDTH, load_encoder
from feedback.failure_modes.cases import Case, embed_cases
from feedback.failure_modes.name_proof import HeldOut, choose_shown, compare_names, fold_parts, is_as_good

LINKS = (
    ("Where can I read more?", "See example.org/manual.", "that link is dead"),
    ("How do I print?", "It is told at example.org/print.", "the page does not load, 404"),
    ("Is there a guide?", "Yes: example.org/guide", "dead link again"),
    ("Send me the terms", "example.org/terms has them.", "I get page not found"),
)
PRICES = (
    ("What does it cost?", "It costs 20 dollars.", "no, it is 25 since May"),
    ("Price of the large one?", "30 dollars a month.", "that price is old"),
    ("How much is a seat?", "A seat is 8 dollars.", "your site says 12"),
    ("What would I pay a year?", "About 200 dollars.", "that is last year's price"),
)
COUNTED = "link, dead, page"


def hold_out() -> HeldOut:
    embed = load_encoder().embed
    own, others = (
        fold_parts(embed_cases([Case("", *said) for said in each], embed), WIDTH) for each in (LINKS, PRICES)
    )
    return HeldOut(own, others)


def is_taken(title: str) -> bool:
    names = load_encoder().embed([title, COUNTED, "outdated price, dollars"])
    return is_as_good(names[0], names[1], names[2:], hold_out())


def test_a_good_name_is_taken() -> None:
    assert is_taken("Answers link to web pages that do not exist")


@pytest.mark.parametrize("title", ["Prices in the answers are out of date", "Buy gold now", ""])
def test_a_name_of_something_else_is_not_taken(title: str) -> None:
    assert not is_taken(title)


def test_a_name_to_which_everything_comes_is_worth_no_more_than_chance() -> None:
    own, others = np.eye(4, dtype=np.float32)[:2], np.eye(4, dtype=np.float32)[2:]
    everything, nothing = own.sum(axis=0) + 3 * others.sum(axis=0), -own.sum(axis=0)
    scores = compare_names(np.stack([own.sum(axis=0), everything, nothing]), others[:1], HeldOut(own, others))
    assert scores[0].found == 1
    assert max(each.found for each in scores[1:]) <= 0.5
    assert scores[0].nearness > 0 > max(each.nearness for each in scores[1:])


def test_without_other_modes_or_turns_nothing_is_proven() -> None:
    names = np.eye(3, dtype=np.float32)
    rows, nothing = names[:2], names[:0]
    for other_names, held_out in (
        (nothing, HeldOut(rows, rows)),
        (rows, HeldOut(rows, nothing)),
        (rows, HeldOut(nothing, rows)),
    ):
        with pytest.raises(ValueError, match="only by turns"):
            compare_names(names, other_names, held_out)


def test_at_most_half_is_shown_evenly() -> None:
    assert choose_shown(range(100), 4) == [0, 25, 50, 75]
    assert choose_shown(range(5), 8) == [0, 2]
    assert choose_shown([7], 8) == []
