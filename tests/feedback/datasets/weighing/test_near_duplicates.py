"""What was said nearly the same way in two conversations is there once, and on one side of the split."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from math import ceil
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets.record import Reason, Record
from feedback.datasets.weighing import near_duplicates
from feedback.datasets.weighing.near_duplicates import LEAST_WRITTEN_ALIKE, drop_near_duplicates, list_likenesses
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.signatures import PERMUTATIONS, compare, read_dialogues, read_written
from tests.examples import count_examples
from tests.feedback.datasets.outlining import make_record, number_rows, write_chat, write_text

ASKED, ANSWERED = write_chat(1)
CHANGED = ANSWERED.rsplit(" ", 2)[0] + " other words"


def drop(*records: Record, likeness: float = 0.8) -> tuple[list[int], dict[Reason, int]]:
    """Places of those that stay, and why the others go."""
    kept, dropped = drop_near_duplicates(number_rows(records), likeness)
    return [row.place for row in kept], +dropped


def tell(number: int, *said: str, **told: Any) -> Record:
    """A row of a conversation of its own."""
    return make_record(*said, **{"conversation_id": f"c{number}", "time_ns": number, **told})


def test_of_near_duplicates_the_surest_stays_then_the_earliest() -> None:
    answers = [ANSWERED, f"{ANSWERED} indeed", f"well {ANSWERED}", f"{ANSWERED} really"]
    early = [tell(number, ASKED, answer) for number, answer in enumerate(answers)]
    assert drop(*early) == ([0], {Reason.NEAR_DUPLICATE: 3})
    assert drop(*early[:2], tell(2, ASKED, answers[2], tier="gold"), early[3])[0] == [2]


def test_how_like_they_may_be_is_asked_for() -> None:
    rows = (tell(1, ASKED, ANSWERED), tell(2, ASKED, CHANGED))
    assert drop(*rows, likeness=0.8)[0] == [0]
    assert drop(*rows, likeness=0.97)[0] == [0, 1]
    assert drop(tell(1, ASKED, ANSWERED), tell(2, ASKED, f"{ANSWERED} !"), likeness=1)[0] == [0, 1]


def test_rows_of_one_conversation_are_never_duplicates_of_each_other() -> None:
    texts = list(write_chat(3, turns=6))
    grown = [make_record(*texts[: 2 * turn], time_ns=turn) for turn in range(1, 7)]
    assert drop(*grown, likeness=0.3)[0] == list(range(6))


def test_of_a_conversation_that_was_led_twice_the_rows_of_one_stay() -> None:
    texts = list(write_chat(3, turns=4))
    rows = [tell(led, *texts[: 2 * turn], time_ns=10 * led + turn) for led in (1, 2) for turn in range(1, 5)]
    assert drop(*rows)[0] == [0, 1, 2, 3]


def test_a_long_text_before_every_question_makes_no_chats_alike() -> None:
    guide = " ".join(write_chat(4, turns=10))
    rows = []
    for number in range(5):
        asked, answered = write_chat(100 + number)
        rows.append(tell(number, f"{guide} {asked}", answered))
    assert drop(*rows)[0] == list(range(5))
    assert compare(*(read_dialogues(row.signature)[0] for row in number_rows(rows)[:2])) > 0.8


def test_likeness_is_not_handed_on() -> None:
    words = write_text(Random(5), 100).split()  # noqa: S311 -- no secret
    rows = [tell(number, "why", " ".join(words[10 * number : 10 * number + 60])) for number in range(5)]
    assert drop(*rows, likeness=0.6)[0] == [0, 2, 4]


@pytest.mark.parametrize("sure", [0.7, 1.0])
def test_near_duplicates_with_opposite_labels_all_go(sure: float) -> None:
    rows = (
        tell(1, ASKED, ANSWERED, label=True),
        tell(2, ASKED, f"{ANSWERED} indeed", label=True),
        tell(3, ASKED, f"{ANSWERED} really", label=False, confidence=sure),
    )
    kept, dropped = drop(*rows)
    assert kept == []
    assert dropped[Reason.CONTRADICTION] >= 2
    assert sum(dropped.values()) == 3


def test_opposite_labels_of_other_answers_in_like_chats_contradict_nothing() -> None:
    told = list(write_chat(6, turns=4))
    rows = (tell(1, *told, "and", "yes that is so", label=True), tell(2, *told, "and", "never", label=False))
    assert drop(*rows) == ([0], {Reason.NEAR_DUPLICATE: 1})


def test_answers_with_half_of_their_words_in_common_contradict_nothing_however_low_the_likeness() -> None:
    common = " ".join(write_chat(9, turns=2))
    rows = [tell(n, ASKED, f"{common} {' '.join(write_chat(20 + n))}", label=bool(n)) for n in range(2)]
    assert drop(*rows, likeness=0.3) == ([0], {Reason.NEAR_DUPLICATE: 1})


def test_pairs_the_other_way_round_contradict_each_other() -> None:
    _, worse = write_chat(7)
    one = tell(1, ASKED, ANSWERED, rejected=worse)
    assert drop(one, tell(2, ASKED, f"{worse} so", rejected=ANSWERED)) == ([], {Reason.CONTRADICTION: 2})
    assert drop(one, tell(2, ASKED, ANSWERED, rejected=f"{worse} so")) == ([0], {Reason.NEAR_DUPLICATE: 1})


def test_an_answer_that_was_edited_a_little_twice_is_no_contradiction() -> None:
    one, other = (
        tell(number, ASKED, f"{ANSWERED} {end}", rejected=ANSWERED) for number, end in enumerate(("indeed", "really"))
    )
    assert drop(one, other) == ([0], {Reason.NEAR_DUPLICATE: 1})


@st.composite
def crowds(draw: st.DrawFn) -> list[Outline]:
    """Rows of which many are alike in part."""
    texts = [write_text(Random(seed), 40).split() for seed in range(3)]  # noqa: S311 -- no secret
    rows = []
    for number in range(draw(st.integers(2, 12))):
        words = list(draw(st.sampled_from(texts)))
        for place in draw(st.lists(st.integers(0, 39), max_size=4)):
            words[place] = f"w{draw(st.integers(0, 2))}"
        rows.append(
            tell(
                number,
                "why",
                " ".join(words),
                conversation_id=f"c{draw(st.integers(0, 8))}",
                label=draw(st.sampled_from([True, False, None])),
                confidence=draw(st.sampled_from([0.5, 0.7, 0.9])),
            )
        )
    return number_rows(rows)


LIKENESSES = st.sampled_from([0.3, 0.5, 0.8, 0.9])


def list_alike(rows: Sequence[Outline], likeness: float) -> Iterator[tuple[int, int]]:
    """Every pair that the signatures show, by looking at all of them."""
    for one, other in combinations(rows, 2):
        [mine], [others] = read_dialogues(one.signature), read_dialogues(other.signature)
        like = (mine == others).sum() >= ceil(likeness * PERMUTATIONS)
        written = compare(read_written(one.signature), read_written(other.signature)) >= LEAST_WRITTEN_ALIKE
        if one.conversation_id != other.conversation_id and like and written:
            yield tuple(sorted((one.place, other.place)))  # type: ignore[misc]


@settings(max_examples=count_examples(25), deadline=None)
@given(crowds(), LIKENESSES)
def test_no_two_rows_that_stay_are_alike_and_each_that_goes_was_like_one(rows: list[Outline], likeness: float) -> None:
    kept, dropped = drop_near_duplicates(rows, likeness)
    assert not list(list_alike(kept, likeness))
    assert len(kept) + dropped.total() == len(rows)
    alike = {place for pair in list_alike(rows, likeness) for place in pair}
    assert {row.place for row in rows} - {row.place for row in kept} <= alike


@settings(max_examples=count_examples(25), deadline=None)
@given(crowds(), LIKENESSES, st.sampled_from([0, 2_000]))
def test_all_likenesses_are_found_in_crowds_and_outside(rows: list[Outline], likeness: float, crowd: int) -> None:
    rows = [replace(row, part=f"part {row.place % 2}") for row in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_duplicates, "CROWD", crowd)
        found = {tuple(sorted((one.place, other.place))) for one, other in list_likenesses(rows, likeness)}
    assert found == set(list_alike(rows, likeness))


def test_rows_of_other_parts_are_linked_by_any_of_their_dialogues() -> None:
    worse = " ".join(write_chat(8, turns=4))
    pair = replace(number_rows([tell(1, ASKED, worse, rejected=ANSWERED)])[0], part="dpo")
    praised = replace(number_rows([tell(2, ASKED, CHANGED)], "sft")[0], place=1)
    assert [{one.part, other.part} for one, other in list_likenesses([pair, praised], 0.8)] == [{"dpo", "sft"}]
    assert not list(list_likenesses([pair, praised], 1))
    same = replace(number_rows([tell(3, ASKED, ANSWERED)], "sft")[0], place=2)
    assert [(one.part, other.part) for one, other in list_likenesses([pair, same], 1)] == [("sft", "dpo")]
