"""What reviewers hold of answers, as labels."""

from dataclasses import replace

import pytest

from feedback.datasets.labels.praised import PRAISED
from feedback.datasets.labels.ratings import RATINGS
from feedback.datasets.record import Drop, Reason
from tests.feedback.datasets.dialogue import Dialogue, build, read_lines
from tests.feedback.datasets.selecting import confirm, react, select


def ask() -> Dialogue:
    return Dialogue().ask("one?", "first").ask("two?", "second")


def read_labels(dialogue: Dialogue) -> list[tuple[str, bool | None, str]]:
    rows = select(RATINGS, dialogue)[0]
    return [(each.completion[0].content, each.label, each.provenance.label_source) for each in rows]


def test_an_answer_with_which_nothing_is_wrong_is_good_and_an_example() -> None:
    dialogue = ask().review(1, "answer", "none", reviewers=2)
    (rated,), _ = select(RATINGS, dialogue)
    told = rated.provenance
    assert (rated.completion[0].content, rated.label) == ("second", True)
    assert (told.label_source, told.tier, told.confidence) == ("review:right", "gold", 1.0)
    assert (told.reviewers, told.is_adjudicated) == (2, False)
    assert [each.completion[0].content for each in select(PRAISED, dialogue)[0]] == ["second"]


@pytest.mark.parametrize("faults", [("unsupported",), ("other",), ("refusal", "language_mismatch")])
def test_an_answer_with_any_fault_is_bad(faults: tuple[str, ...]) -> None:
    dialogue = ask().review(0, "answer", *faults, is_adjudicated=True)
    assert read_labels(dialogue) == [("first", False, "review:wrong")]
    assert select(RATINGS, dialogue)[0][0].provenance.is_adjudicated
    assert select(PRAISED, dialogue) == ([], {"not_praised": 2})


@pytest.mark.parametrize("question", ["answer", "outcome", "reaction", "failure_mode"])
def test_who_cannot_tell_says_nothing(question: str) -> None:
    assert read_labels(ask().review(0, question, "cannot_tell")) == []


@pytest.mark.parametrize(("question", "choice"), [("reaction", "complaint"), ("failure_mode", "mode:3")])
def test_other_questions_say_nothing_of_an_answer_by_themselves(question: str, choice: str) -> None:
    assert read_labels(ask().review(1, question, choice)) == []


def test_what_reviewers_hear_in_a_message_is_a_confirmed_signal() -> None:
    dialogue = confirm(react(ask(), "complaint", score=0.3)).review(1, "reaction", "complaint")
    assert read_labels(dialogue) == [("first", False, "signal:complaint")]
    assert select(RATINGS, dialogue)[0][0].provenance.tier == "gold"


def test_what_holds_of_a_conversation_counts_once_whatever_each_said() -> None:
    labelled = replace(
        Dialogue().ask("one?", "first").review(0, "outcome", "satisfied", reviewers=2).finish(),
        verdicts=["satisfied", "satisfied", "dissatisfied"],
    )
    (rated,) = RATINGS.select(labelled)
    (praised,) = PRAISED.select(labelled)
    assert not isinstance(rated, Drop)
    assert not isinstance(praised, Drop)
    assert (rated.label, rated.provenance.label_source, rated.provenance.reviewers) == (True, "review:satisfied", 2)
    assert list(RATINGS.select(replace(labelled, reviews=()))) == [Drop(Reason.CONTRADICTORY_THUMBS)]


def test_a_conversation_of_which_nobody_can_tell_has_no_verdict() -> None:
    labelled = replace(
        Dialogue().ask("one?", "first").review(0, "outcome", "cannot_tell").finish(), verdicts=["satisfied"]
    )
    assert [each.reason for each in RATINGS.select(labelled) if isinstance(each, Drop)] == [Reason.NOT_JUDGED]


def test_a_thumb_against_a_reviewer_decides_nothing() -> None:
    assert select(RATINGS, ask().thumb(0, "up").review(0, "answer", "other"))[1]["contradictory_thumbs"] == 1


def test_a_review_of_a_turn_that_is_not_there_is_nothing() -> None:
    assert read_labels(ask().review(7, "answer", "other", better="no turn")) == []


def test_a_row_tells_how_many_reviewers_said_so() -> None:
    dialogue = ask().thumb(1, "up").review(0, "answer", "other", reviewers=3, is_adjudicated=True)
    first, second = read_lines(build("trl-kto", dialogue), "provenance.jsonl")
    assert (first["label_source"], first["reviewers"], first["is_adjudicated"]) == ("review:wrong", 3, True)
    assert "reviewers" not in second


def test_sources_choose_what_reviewers_said() -> None:
    dialogue = ask().thumb(1, "up").review(0, "answer", "other")
    lines = read_lines(build("trl-kto", dialogue, sources=("review:*",)), "provenance.jsonl")
    assert [line["label_source"] for line in lines] == ["review:wrong"]
