"""How sure a label by behaviour is, where people of the project reviewed signals of its kind."""

import pytest

from feedback.datasets.definition import Definition
from feedback.datasets.labels.confidence import CONFIDENCE
from feedback.datasets.labels.measured import measure_precisions
from feedback.datasets.labels.pairs import PAIRS
from feedback.datasets.labels.precisions import Precision, read_precisions
from feedback.datasets.labels.ratings import RATINGS
from feedback.datasets.record import Drop
from feedback.datasets.steps import Context
from feedback.pages.dataset_manifests import show_manifest
from feedback.review.measuring import Heard, Reviewed
from feedback.review.questions import Question
from tests.feedback.datasets.dialogue import Dialogue, build
from tests.feedback.datasets.selecting import confirm, select

HALF = Precision(right=0.5, low=0.4, high=0.6, expected=0.8, reviews=40, effective_reviews=36)


def complain() -> Dialogue:
    return Dialogue().ask("one?", "answer").notice(0, "complaint", score=0.9, confidence=0.8)


def judge(dialogue: Dialogue, precision: Precision, least: float = 0.5) -> float | str:
    """The confidence of the only row, or why it goes."""
    (record,), _ = select(RATINGS, dialogue)
    context = Context(Definition("trl-kto", confidence=least), precisions={"complaint": precision})
    [kept] = CONFIDENCE.apply([record], context)
    return kept.reason.code if isinstance(kept, Drop) else kept.provenance.confidence


def review(choices: str, score: float = 0.9, *, kind: str = "complaint", propensity: float = 1.0) -> Reviewed:
    question = Question.ANSWER if kind == "refusal" else Question.REACTION
    label = "needless" if kind == "refusal" else ""
    heard = Heard(kind, label, score, 0.8, fired=True)
    return Reviewed(question, f"{choices}{score}{propensity}", tuple(choices.split()), propensity, (heard,))


def test_reviews_move_the_confidence_as_far_as_they_carry() -> None:
    assert HALF.shift == pytest.approx(0.75 * -0.3)
    assert judge(complain(), HALF) == pytest.approx(0.82 - 0.225)
    assert judge(complain(), HALF, least=0.6) == "unsure"
    few = Precision(right=0.5, low=0.2, high=0.8, expected=0.8, reviews=10, effective_reviews=6)
    assert judge(complain(), few) == pytest.approx(0.82 - 0.1)


def test_it_stays_a_probability() -> None:
    sure = Precision(right=1.0, low=0.9, high=1.0, expected=0.5, reviews=400, effective_reviews=400)
    assert judge(complain(), sure) == 1.0


def test_gold_and_other_kinds_stay_as_they_are() -> None:
    assert judge(confirm(complain()), HALF) == 1.0
    assert judge(Dialogue().ask("one?", "answer").notice(0, "rephrase", score=0.9, confidence=0.8), HALF) == 0.82
    assert judge(Dialogue().ask("one?", "answer").thumb(0, "down"), HALF) == 1.0


def test_pairs_stay_as_they_are() -> None:
    """That one answer is worse than another is more than what a signal says of the one."""
    dialogue = Dialogue().ask("one?", "older", "newer").notice(0, "regeneration", attempt=0)
    records, _ = select(PAIRS, dialogue)
    assert {each.provenance.pair_rule for each in records} == {"regenerated"}
    context = Context(Definition("trl-dpo"), precisions={"regeneration": HALF})
    assert CONFIDENCE.apply(records, context) == records


def test_what_is_measured_is_whether_the_answer_was_bad_whatever_reviewers_call_it() -> None:
    items = [review("complaint")] * 6 + [review("correction")] * 3 + [review("none")] * 3 + [review("praise")] * 3
    measured = measure_precisions(items)["complaint"]
    assert (measured.right, measured.reviews) == (0.6, 15)
    assert measured.expected == pytest.approx(0.82)


def test_praise_is_right_where_reviewers_hear_praise() -> None:
    items = [review("praise", kind="praise")] * 8 + [review("complaint", kind="praise")] * 4
    assert measure_precisions(items)["praise"].right == pytest.approx(2 / 3)


def test_refusals_are_right_where_reviewers_find_any_fault() -> None:
    items = [review("refusal other", kind="refusal")] * 6 + [review("none", kind="refusal")] * 6
    assert measure_precisions(items)["refusal"].right == 0.5


def test_under_ten_reviews_and_of_those_that_label_nothing_nothing_is_measured() -> None:
    assert measure_precisions([review("none")] * 9) == {}
    assert measure_precisions([review("none", score=0.4)] * 20) == {}
    assert measure_precisions([review("cannot_tell")] * 20) == {}


def test_items_are_weighed_by_how_likely_they_were_chosen() -> None:
    items = [review("complaint", score=0.99)] * 10 + [review("none", score=0.75, propensity=0.1)] * 1
    measured = measure_precisions(items)["complaint"]
    assert measured.right == pytest.approx(0.5)
    assert measured.expected == pytest.approx((0.892 + 0.7) / 2)


def test_manifest_and_card_tell_what_was_measured() -> None:
    context = Context(Definition("hf"), precisions={"complaint": HALF})
    dataset = build("hf", complain(), context=context)
    assert dataset.manifest["reviewed_detectors"] == {
        "complaint": {
            "reviews": 40,
            "effective_reviews": 36,
            "right": 0.5,
            "low": 0.4,
            "high": 0.6,
            "expected": 0.8,
            "shift": -0.225,
        }
    }
    assert "n / (n + 12)" in dataset.manifest["methods"]["confidence"]
    card = dataset.files["README.md"].decode()
    assert "complaint: by 40 reviews of this project 50 % right" in card
    assert "How right labels by behaviour are" not in build("hf", complain()).files["README.md"].decode()
    [told] = show_manifest(dataset.manifest).reviewed
    assert told.startswith(
        "complaint: by 40 reviews of this project 50 % right (40 to 60), where 80 % was expected; confidence -0.2"
    )
    assert read_precisions(dataset.manifest["reviewed_detectors"]) == context.precisions
