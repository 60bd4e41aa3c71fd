"""How sure a label has to be for a dataset to take it."""

import pytest

from feedback.datasets.definition import Definition
from feedback.datasets.labels.confidence import CONFIDENCE
from feedback.datasets.labels.ratings import RATINGS
from feedback.datasets.record import Drop
from feedback.datasets.steps import Context
from tests.feedback.datasets.dialogue import Dialogue
from tests.feedback.datasets.selecting import confirm, select


def judge(dialogue: Dialogue, **chosen: object) -> list[str]:
    """What the step says of each record: the reason why it goes, or `stays`."""
    records, _ = select(RATINGS, dialogue)
    context = Context(Definition("trl-kto", **chosen))  # type: ignore[arg-type]
    return [each.reason.code if isinstance(each, Drop) else "stays" for each in CONFIDENCE.apply(records, context)]


def complain(score: float = 0.9, confidence: float = 0.8) -> Dialogue:
    return Dialogue().ask("one?", "answer").notice(0, "complaint", score=score, confidence=confidence)


def test_a_label_is_as_sure_as_its_score_and_its_detector() -> None:
    (record,), _ = select(RATINGS, complain(score=0.9, confidence=0.8))
    assert (record.provenance.confidence, record.provenance.score) == (0.82, 0.9)


@pytest.mark.parametrize(("least", "verdict"), [(0.5, "stays"), (0.82, "stays"), (0.83, "unsure")])
def test_silver_has_to_be_as_sure_as_was_asked_for(least: float, verdict: str) -> None:
    assert judge(complain(), confidence=least) == [verdict]


def test_gold_is_what_was_said_outright_or_confirmed() -> None:
    assert judge(complain(), tier="gold") == ["unsure"]
    assert judge(confirm(complain(score=0.2)), tier="gold", confidence=1) == ["stays"]
    assert judge(Dialogue().ask("one?", "answer").thumb(0, "down"), tier="gold", confidence=1) == ["stays"]
    assert judge(Dialogue().ask("one?", "answer").act(0, "copy"), tier="gold") == ["unsure"]


@pytest.mark.parametrize(
    ("sources", "verdict"),
    [
        (("signal:*",), "stays"),
        (("thumbs:up", "signal:complaint"), "stays"),
        (("thumbs:*",), "label_source"),
        (("signal",), "label_source"),
        (("*",), "stays"),
    ],
)
def test_only_sources_that_were_asked_for_count(sources: tuple[str, ...], verdict: str) -> None:
    assert judge(complain(), sources=sources) == [verdict]
