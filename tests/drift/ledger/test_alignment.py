"""Differences are found where they are, however the rows are made."""

from hypothesis import given
from hypothesis import strategies as st

from drift.ledger.alignment import HOLE, Region, find_regions, join_near

ROWS = st.lists(st.sampled_from(["a", "b", "c", "\n", "."]), max_size=40)
LONG = ["w"] * 1_200


def apply(old: list[str], new: list[str], regions: list[Region]) -> list[str]:
    built: list[str] = []
    at = 0
    for each in regions:
        built += [*old[at : each.old_first], *new[each.new_first : each.new_last]]
        at = each.old_last
    return [*built, *old[at:]]


@given(ROWS, ROWS)
def test_the_old_row_with_what_is_new_is_the_new_row(old: list[str], new: list[str]) -> None:
    assert apply(old, new, find_regions(old, new)) == new


@given(ROWS, ROWS)
def test_joined_differences_are_the_same_change(old: list[str], new: list[str]) -> None:
    assert apply(old, new, join_near(find_regions(old, new), old)) == new


@given(ROWS)
def test_rows_that_are_the_same_have_no_difference(row: list[str]) -> None:
    assert find_regions(row, row) == []


def test_rows_too_long_to_compare_have_one_difference() -> None:
    old, new = ["x", *LONG, "y", *LONG, "z"], ["x", "q", *LONG[:-1], *LONG, "p", "z"]
    [region] = find_regions(old, new)
    assert apply(old, new, [region]) == new


def test_a_hole_takes_what_stands_in_it() -> None:
    old = ["from", f"{HOLE}0", "into", f"{HOLE}1", ".", "Be", "brief"]
    assert find_regions(old, ["from", "A", "B", "into", "C", ".", "Be", "short"]) == [
        Region(1, 2, 1, 3),
        Region(3, 4, 4, 5),
        Region(6, 7, 7, 8),
    ]


def test_the_fewest_words_are_changed_beside_a_hole() -> None:
    """`English` stands in both, but in the hole of the new row."""
    old = ["from", "English", "into", f"{HOLE}0", "."]
    assert find_regions(old, ["from", "Japanese", "into", "English", "."]) == [
        Region(1, 2, 1, 2),
        Region(3, 4, 3, 4),
    ]


def test_near_differences_are_one_unless_a_mark_or_words_hold_them_apart() -> None:
    old = ["a", "b", "c", ":", "d", "e", "f", "g", "h"]
    one, two, three = Region(0, 1, 0, 1), Region(2, 3, 2, 3), Region(4, 5, 4, 5)
    assert join_near([one, two], old) == [Region(0, 3, 0, 3)]
    assert join_near([two, three], old) == [two, three]
    assert join_near([three, Region(8, 9, 8, 9)], old) == [three, Region(8, 9, 8, 9)]
