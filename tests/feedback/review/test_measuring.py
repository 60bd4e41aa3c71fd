"""How right detectors are in a project, and how much they hear, by what reviewers said of chosen items."""

import pytest

from feedback.review.measuring import ASKED, LEAST_TOLD, Heard, Reviewed, list_judged, measure_kinds
from feedback.review.questions import Question
from feedback.thresholds import Judged

REACTION, ANSWER = Question.REACTION, Question.ANSWER
COUNT = iter(range(10_000))


def item(
    choices: str, *heard: Heard, question: Question = REACTION, propensity: float = 1.0, conversation: str = ""
) -> Reviewed:
    return Reviewed(question, conversation or f"c{next(COUNT)}", tuple(choices.split()), propensity, heard)


def hear(kind: str, score: float = 0.9, *, label: str = "", fired: bool = True) -> Heard:
    return Heard(kind, label, score, 0.8, fired)


def test_questions_ask_about_kinds_and_about_what_is_none() -> None:
    assert ASKED[REACTION][0] == "complaint"
    assert {len(kinds) for kinds in ASKED.values()} == {6}


def test_right_is_the_share_of_what_fires_that_reviewers_heard_too() -> None:
    items = [item("complaint", hear("complaint"))] * 9 + [item("none", hear("complaint"))] * 3
    measured = measure_kinds(items)["complaint"]
    assert measured.precision
    assert (measured.precision.value, measured.precision.n, measured.is_told) == (0.75, 12, True)


def test_what_did_not_fire_counts_for_what_is_missed_alone() -> None:
    items = [item("complaint", hear("complaint"))] * 6 + [item("complaint", hear("complaint", 0.3, fired=False))] * 4
    items += [item("complaint")] * 2
    measured = measure_kinds(items)["complaint"]
    assert measured.precision
    assert measured.recall
    assert (measured.precision.value, measured.precision.n) == (1.0, 6)
    assert (measured.recall.value, measured.recall.n) == (0.5, 12)


def test_an_item_chosen_by_chance_stands_for_all_those_that_were_not() -> None:
    """Ten sure hits were chosen for certain; of 1,000 others one in a hundred, and of those every other was missed."""
    items = [item("praise", hear("praise")) for _ in range(10)]
    items += [item("praise", propensity=0.01) for _ in range(5)] + [item("none", propensity=0.01) for _ in range(5)]
    recall = measure_kinds(items)["praise"].recall
    assert recall
    assert recall.value == pytest.approx(10 / 510)
    assert recall.effective_n < recall.n


def test_who_cannot_tell_says_nothing_of_any_detector() -> None:
    items = [item("cannot_tell", hear("complaint"))] * 30
    assert measure_kinds(items) == {}


def test_a_question_measures_its_own_kinds() -> None:
    items = [item("none", hear("unsupported"), question=ANSWER)]
    assert set(measure_kinds(items)) == set(ASKED[ANSWER])
    assert not any(each.recall for each in measure_kinds(items).values())


def test_another_fault_than_those_asked_about_is_no_kind() -> None:
    measured = measure_kinds([item("other", hear("unsupported"), question=ANSWER)])
    assert "other" not in measured
    assert measured["unsupported"].precision
    assert measured["unsupported"].precision.value == 0


def test_only_needless_refusals_are_asked_about() -> None:
    items = [item("none", hear("refusal"), question=ANSWER), item("none", hear("refusal", label="needless"))]
    assert measure_kinds(items)["refusal"].precision is None
    needless = measure_kinds([item("refusal", hear("refusal", label="needless"), question=ANSWER)])["refusal"]
    assert needless.precision
    assert needless.precision.value == 1


def test_labels_of_complaints_are_all_complaints() -> None:
    measured = measure_kinds([item("complaint", hear("complaint", label="factual"))])["complaint"]
    assert measured.precision
    assert measured.precision.value == 1


def test_it_is_told_how_many_are_missing() -> None:
    measured = measure_kinds([item("none"), *[item("complaint", hear("complaint"))] * 4])
    assert (measured["complaint"].missing, measured["complaint"].is_told) == (LEAST_TOLD - 4, False)
    assert (measured["praise"].missing, measured["praise"].is_recall_told) == (LEAST_TOLD, False)


def test_verdicts_by_score_are_of_every_signal_that_fires_or_not() -> None:
    items = [
        item("complaint", hear("complaint", 0.9004)),
        item("complaint correction", hear("complaint", 0.9)),
        item("none", hear("complaint", 0.9), hear("praise", 0.2, fired=False)),
        item("none", hear("complaint", 0.2, fired=False)),
        item("complaint"),
        item("cannot_tell", hear("complaint", 0.5)),
    ]
    assert list_judged("complaint", items) == [Judged(0.2, 0, 1), Judged(0.9, 2, 1)]
    assert list_judged("praise", items) == [Judged(0.2, 0, 1)]


def test_among_like_scores_a_verdict_weighs_what_it_stands_for_and_all_what_they_tell() -> None:
    items = [item("none", hear("complaint", 0.81), propensity=0.5) for _ in range(8)]
    items += [item("complaint", hear("complaint", 0.89), propensity=0.1) for _ in range(2)]
    items += [item("complaint", hear("complaint", 0.95), propensity=0.01)]
    low, high, alone = list_judged("complaint", items)
    assert low.rejected / high.confirmed == pytest.approx(16 / 20)
    assert low.rejected + high.confirmed == pytest.approx(36**2 / 232)
    assert alone == Judged(0.95, 1, 0)
