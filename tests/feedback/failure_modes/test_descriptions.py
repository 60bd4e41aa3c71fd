"""What a person reads of a mode: its name, how many, its lift, its slices and its examples."""

import numpy as np

from feedback.failure_modes.cases import Case
from feedback.failure_modes.clustering import Floats, normalise
from feedback.failure_modes.descriptions import Description, describe_modes, find_signal, name_signal

WIDTH = 24
LINKS = ["that link is dead", "the link gives 404", "dead link again"]
GREETINGS = ["so rude", "how rude of you", "rude answer"]
TABLES = ["the table is broken", "broken table", "table unreadable"]


def make_cases(count: int, reactions: list[str], model: str) -> list[Case]:
    return [
        Case(
            f"{reactions[0]} {at}",
            "help me",
            "see here",
            reactions[at % 3],
            "answer",
            {"model": model},
            ("complaint/factual", "thumbs/down"),
        )
        for at in range(count)
    ]


def draw(directions: list[int], seed: int) -> Floats:
    centres = np.random.default_rng(8).normal(size=(4, WIDTH)).astype(np.float32)
    noise = np.random.default_rng(seed).normal(size=(len(directions), WIDTH)).astype(np.float32)
    return normalise(centres[directions] + 0.3 * noise)


def describe() -> list[Description]:
    failing = [*make_cases(20, TABLES, "large"), *make_cases(40, LINKS, "small"), *make_cases(3, TABLES, "large")]
    well = [Case(f"w{at}", "help me", "see there", slices={"model": "large"}) for at in range(300)]
    numbers = [7] * 20 + [2] * 40 + [0] * 3
    return describe_modes(numbers, failing, draw([0] * 20 + [1] * 40 + [2] * 3, 1), well, draw([3] * 300, 2))


def test_the_largest_mode_comes_first_with_its_kind_and_its_words() -> None:
    first, second = describe()
    assert (first.number, first.count, first.signal) == (2, 40, "complaint/factual")
    assert first.title == "Complaint (factual) · link, dead"
    assert second.title.startswith("Complaint (factual) · ")
    assert "link" not in second.title


def test_one_line_tells_how_many_the_signal_and_the_lift() -> None:
    line = describe()[0].line
    assert line.startswith("40 of 63 failing conversations, most by complaint (factual). “link” is in 99% of them")
    assert " The odds to fail are at least " in line


def test_no_signal_stands_for_turns_that_failed_by_many() -> None:
    kinds = ["complaint", "thumbs/down", "rephrase", "correction"]
    mixed = [Case(kind, "help me", "see here", kind="answer", signals=(kind,)) for kind in kinds]
    assert find_signal(mixed) == ""
    assert find_signal([*mixed, *make_cases(2, LINKS, "small")]) == "complaint"
    assert find_signal([Case("a", "help me", "see here", kind="tools")]) == "tools"


def test_the_slice_is_told() -> None:
    first, second = describe()
    assert [(each.name, each.value) for each in first.slices] == [("model", "small")]
    assert second.slices == ()


def test_examples_from_the_middle_and_the_edge_are_different_turns_of_the_mode() -> None:
    for mode, rows in zip(describe(), (range(20, 60), range(20)), strict=True):
        assert len({*mode.central, *mode.edge}) == 6
        assert {*mode.central, *mode.edge} <= set(rows)


def test_no_modes_give_no_descriptions() -> None:
    failing = make_cases(3, TABLES, "large")
    assert describe_modes([0, 0, 0], failing, draw([0] * 3, 1), [], draw([0], 1)[:0]) == []
    assert describe_modes([], [], draw([0], 1)[:0], [], draw([0], 1)[:0]) == []


def test_a_label_is_short_and_plain_whatever_an_app_sent() -> None:
    assert name_signal("error/RateLimitError") == "Error (RateLimitError)"
    assert name_signal("error/\u202e" + "x/" * 500) == "Error (" + "x/" * 20 + ")"
    assert name_signal("tool_failure/error") == "Tool failure"
    assert name_signal("error/\x00") == "Error"


def test_a_mode_is_named_by_those_of_which_people_said_that_they_belong_where_they_are_enough() -> None:
    """Half of the mode's turns are of something else, which nobody has looked at."""
    failing = [*make_cases(10, TABLES, "large"), *make_cases(30, LINKS, "small"), *make_cases(20, GREETINGS, "small")]
    numbers, vectors = [7] * 40 + [2] * 20, draw([0] * 10 + [1] * 30 + [2] * 20, 1)
    well = [Case(f"w{at}", "help me", "see there") for at in range(300)]
    titles, examples = [], []
    for count in (9, 10):
        verified = [at < count for at in range(60)]
        [mode] = [
            each
            for each in describe_modes(numbers, failing, vectors, well, draw([3] * 300, 2), verified=verified)
            if each.number == 7
        ]
        titles.append(mode.name.title)
        examples.append(mode.central)
    assert "table" not in titles[0]
    assert "table" in titles[1]
    assert all(row < 10 for row in examples[1]), "examples are such that belong"
