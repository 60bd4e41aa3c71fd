"""How much truer P(dissatisfied) became by reviews: measured with each fit of a project, kept with it, and loaded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from feedback.models import SatisfactionFit
from feedback.pages.review_calibration import CalibrationView, view_calibration
from feedback.review.calibration import FEWEST, Bin, Calibration, Figures, Judgement, calibrate
from feedback.review.questions import DISSATISFIED, SATISFIED, Question
from feedback.review.queue import Reason
from feedback.reviewing.settled import SettledReview, load_settled
from feedback.satisfaction import Facts, Satisfaction, Table
from feedback.satisfaction.intervals import Interval
from tracing.store import Store


def measure_reviews(
    store: Store, project_id: int, facts: Sequence[Facts], table: Table, shipped: Satisfaction
) -> dict[str, Any] | None:
    """What a fit to this table owes to reviews, as JSON takes it; None where too few were settled. `facts` are the rows
    of the table."""
    places = {each.conversation_id: place for place, each in enumerate(facts)}
    settled = load_settled(store, project_id, question=Question.OUTCOME)
    measured = calibrate(table, list(list_judgements(settled, places)), shipped)
    return asdict(measured) if measured else None


def list_judgements(settled: Sequence[SettledReview], places: Mapping[str, int]) -> Iterator[Judgement]:
    """Of conversations that are learnt from; who cannot tell says nothing."""
    for each in settled:
        place = places.get(each.conversation_id)
        told = {DISSATISFIED, SATISFIED} & set(each.choices)
        if place is not None and len(told) == 1 and each.propensity > 0:
            is_control = each.reason == Reason.RANDOM
            yield Judgement(place, each.conversation_id, DISSATISFIED in told, each.propensity, is_control)


def load_calibration(project_id: int) -> Calibration | None:
    """As of the latest fit; None where it had too few settled conversations."""
    told = SatisfactionFit.objects.filter(project_id=project_id).values_list("reviewed", flat=True).first()
    return read_calibration(told) if told else None


@dataclass(frozen=True, slots=True)
class EstimateEffects:
    """What reviews did to P(dissatisfied), for people."""

    view: CalibrationView | None
    settled: int
    """Conversations of which reviewers said whether the user was satisfied."""

    @property
    def missing(self) -> int:
        """So many more, and it can be told."""
        return max(0, FEWEST - self.settled)


def load_estimate_effects(store: Store, project_id: int) -> EstimateEffects:
    calibration = load_calibration(project_id)
    settled = load_settled(store, project_id, question=Question.OUTCOME)
    told = [each for each in settled if {DISSATISFIED, SATISFIED} & set(each.choices)]
    return EstimateEffects(view_calibration(calibration) if calibration else None, len(told))


def read_calibration(told: Mapping[str, Any]) -> Calibration:
    """From what `measure_reviews` gave, by way of JSON."""
    figures = {name: read_figures(told[name]) for name in ("shipped", "before", "after")}
    return Calibration(**{**told, **figures, "change": Interval(**told["change"])})


def read_figures(told: Mapping[str, Any]) -> Figures:
    return Figures(**{**told, "bins": tuple(Bin(**each) for each in told["bins"])})
