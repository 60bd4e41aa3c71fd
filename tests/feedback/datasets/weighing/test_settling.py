"""All rows weighed against each other: whatever comes in, what stays is sound, counted and the same in any order."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets.definition import Definition
from feedback.datasets.record import Reason
from feedback.datasets.weighing.near_duplicates import list_likenesses
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.settling import Settled, settle
from tests.examples import count_examples
from tests.feedback.datasets.outlining import make_record, make_rows, number_rows, write_chat

CHATS = [list(write_chat(seed)) for seed in range(12)]


@st.composite
def crowds(draw: st.DrawFn, part: str = "") -> list[Outline]:
    """Rows of a few users that often say the same or nearly so, with any labels."""
    records = []
    for number in range(draw(st.integers(0, 30))):
        asked, answered = draw(st.sampled_from(CHATS))
        records.append(
            make_record(
                asked,
                answered + draw(st.sampled_from(["", "", " indeed", " really so"])),
                conversation_id=f"c{draw(st.integers(0, 20))}",
                span_id=f"s{number}",
                user_id=draw(st.sampled_from(["", "", "u1", "u2", f"u-{number}"])),
                time_ns=draw(st.integers(0, 40)),
                label=draw(st.sampled_from([True, True, True, False])),
                confidence=draw(st.sampled_from([0.6, 0.9])),
                tier=draw(st.sampled_from(["gold", "silver"])),
                failure_mode=draw(st.integers(0, 2)),
                stratum=draw(st.sampled_from(["a", "b"])),
            )
        )
    return number_rows(records, part)


DEFINITIONS = st.builds(
    Definition,
    format=st.just("trl-kto"),
    likeness=st.sampled_from([0.5, 0.8, 1]),
    most_per_user=st.sampled_from([0, 2, 100]),
    most_per_template=st.sampled_from([0, 1, 100]),
    most_per_failure_mode=st.sampled_from([0, 3]),
    balance=st.sampled_from([0, 1, 3]),
    validation=st.sampled_from([0, 0.1, 0.3]),
    match_lengths=st.booleans(),
    seed=st.integers(0, 3),
)


def settle_all(rows: list[Outline], definition: Definition, **unjudged: int) -> Settled:
    return settle(rows, definition, {row.part: Counter(unjudged) for row in rows})


def list_spans(settled: Settled) -> dict[str, tuple[list[str], list[str]]]:
    return {
        name: tuple([placed.outline.span_id for placed in side] for side in (part.train, part.validation))  # type: ignore[misc]
        for name, part in settled.parts.items()
    }


@settings(max_examples=count_examples(12), deadline=None)
@given(crowds(), DEFINITIONS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Outline], definition: Definition, random: Any) -> None:
    places = random.sample(range(len(rows)), len(rows))
    shuffled = [replace(rows[old], place=new) for new, old in enumerate(places)]
    one, other = settle_all(rows, definition, a=3), settle_all(shuffled, definition, a=3)
    assert list_spans(one) == list_spans(other)
    assert [(p.propensity, p.weight) for part in one.parts.values() for p in part.train] == [
        (p.propensity, p.weight) for part in other.parts.values() for p in part.train
    ]


@settings(max_examples=count_examples(12), deadline=None)
@given(crowds(), DEFINITIONS)
def test_every_row_is_kept_or_counted_with_a_reason(rows: list[Outline], definition: Definition) -> None:
    for part in settle_all(rows, definition).parts.values():
        assert part.steps[0].rows_in == len(rows)
        assert all(step.rows_in - step.rows_out == step.dropped.total() for step in part.steps)
        assert all(earlier.rows_out == later.rows_in for earlier, later in pairwise(part.steps))
        assert part.steps[-1].rows_out == len(part.train) + len(part.validation)
        assert len({placed.outline.place for placed in (*part.train, *part.validation)}) == part.steps[-1].rows_out


@settings(max_examples=count_examples(12), deadline=None)
@given(crowds(), DEFINITIONS)
def test_what_stays_is_sound(rows: list[Outline], definition: Definition) -> None:
    for part in settle_all(rows, definition).parts.values():
        kept = [placed.outline for placed in (*part.train, *part.validation)]
        assert len({row.subject for row in kept}) == len(kept)
        for most, name in [(definition.most_per_user, "user_id"), (definition.most_per_template, "template")]:
            shared = Counter(getattr(row, name) for row in kept if getattr(row, name))
            assert not most or all(count <= most for count in shared.values())
        labels = Counter(row.label for row in kept)
        if definition.balance and len(labels) == 2:
            assert max(labels.values()) <= definition.balance * min(labels.values())
        for side in (part.train, part.validation):
            assert [placed.outline.order for placed in side] == sorted(placed.outline.order for placed in side)


@settings(max_examples=count_examples(12), deadline=None)
@given(crowds("sft"), crowds("kto"), DEFINITIONS)
def test_nothing_is_on_both_sides_over_all_parts(
    sft: list[Outline], kto: list[Outline], definition: Definition
) -> None:
    rows = [*sft, *(replace(row, place=row.place + len(sft)) for row in kto)]
    parts = settle_all(rows, definition).parts.values()
    train = [placed.outline for part in parts for placed in part.train]
    validation = [placed.outline for part in parts for placed in part.validation]
    for name in ("conversation_id", "user_id"):
        assert not ({getattr(row, name) for row in train} & {getattr(row, name) for row in validation}) - {""}
    sides = {row.place: "train" for row in train} | {row.place: "validation" for row in validation}
    alike = list_likenesses([*train, *validation], definition.likeness)
    assert all(sides[one.place] == sides[other.place] for one, other in alike)


def test_what_contradicts_itself_in_one_part_is_in_no_other() -> None:
    told = {"part": "kto", "label": True}, {"part": "kto", "label": False}, {"part": "sft"}
    asked, answered = CHATS[0]
    rows = [
        replace(outlined, place=place, conversation_id=f"c{place}", part=str(fields["part"]))
        for place, fields in enumerate(told)
        for outlined in number_rows([make_record(asked, answered, label=fields.get("label"))])
    ]
    parts = settle_all(rows, Definition("hf")).parts
    assert {name: part.steps[0].dropped for name, part in parts.items()} == {
        "kto": {Reason.CONTRADICTION: 2},
        "sft": {Reason.CONTRADICTION: 1},
    }
    agreed = settle_all([rows[0], rows[2]], Definition("hf")).parts
    assert all(len(part.train) == 1 for part in agreed.values())


def test_a_part_without_rows_is_there_with_its_steps() -> None:
    part = settle([], Definition("trl-kto"), {"": Counter()}).parts[""]
    assert (part.train, part.validation, part.train_groups, part.validation_groups) == ((), (), 0, 0)
    assert [step.name for step in part.steps] == [
        "contradictions",
        "duplicates",
        "near_duplicates",
        "caps",
        "balance",
    ]
    assert all(step.rows_in == step.rows_out == 0 for step in part.steps)


def test_lengths_are_matched_where_it_was_asked_for() -> None:
    pairs = make_rows(*({"chosen_characters": 5, "rejected_characters": 1 + 8 * (n < 4)} for n in range(12)))
    part = settle(pairs, Definition("trl-dpo", match_lengths=True), {}).parts[""]
    assert part.steps[-1].name == "lengths"
    assert part.steps[-1].dropped == {Reason.LENGTH: 4}


def test_weights_have_the_mean_one_over_the_rows_that_stay() -> None:
    rows = make_rows(*({"stratum": stratum, "user_id": stratum} for stratum in "aaaaaaaabb"))
    part = settle(rows, Definition("trl-kto", most_per_user=2), {"": Counter(a=2, b=30)}).parts[""]
    weights = {placed.outline.stratum: placed.weight for placed in part.train}
    assert weights["b"] > weights["a"]
    assert sum(placed.weight for placed in part.train) == pytest.approx(len(part.train), abs=1e-4)
    chances = {placed.outline.stratum: placed.propensity for placed in part.train}
    assert chances == pytest.approx({"a": 9 / 12, "b": 3 / 34}, abs=1e-5)


def test_groups_are_counted_by_part() -> None:
    rows = make_rows(*({"part": "sft", "user_id": f"u{n // 2}"} for n in range(24)))
    rows += [replace(row, part="kto", place=100 + row.place) for row in rows[:6]]
    parts = settle(rows, Definition("hf"), {}).parts
    assert {name: (part.train_groups, part.validation_groups) for name, part in parts.items()} == {
        "kto": (3, 0),
        "sft": (10, 2),
    }
