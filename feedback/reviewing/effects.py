"""What reviews did to detectors, from the store and the audit log: how right each is here, how sure its labels are in
datasets, which thresholds moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from feedback.accuracy import load_card
from feedback.datasets.labels.measured import measure_precisions
from feedback.datasets.labels.precisions import Precision
from feedback.detector_list import ListedDetector, list_detectors
from feedback.review.measuring import KINDS, LEAST_TOLD
from feedback.reviewing.detectors import load_reviewed
from tracing.models import AuditEntry
from tracing.store import Store

MOVING = ("follow_confirmations", "take_threshold")
"""What thresholds are moved by that follow what people say, as the audit log calls it."""
LATEST_MOVES = 20


@dataclass(frozen=True, slots=True)
class Learnt:
    """A detector that reviews say something of."""

    detector: ListedDetector
    shipped_threshold: float | None
    """From which score it fires where nobody says otherwise; None where it is not one number."""
    labels: Precision | None
    """How right its labels are in datasets; None where it gives none, or too few were reviewed."""

    @property
    def threshold(self) -> float | None:
        """From which score it fires here."""
        return self.shipped_threshold if self.detector.threshold is None else self.detector.threshold

    @property
    def is_moved(self) -> bool:
        return self.threshold != self.shipped_threshold


@dataclass(frozen=True, slots=True)
class Move:
    """A threshold that was moved by what people said."""

    at: datetime
    kind: str
    words: str
    """From what to what, and by how many verdicts."""
    who: str


@dataclass(frozen=True, slots=True)
class DetectorEffects:
    """What detectors learnt from reviews."""

    learnt: tuple[Learnt, ...]
    """Those that review queues asked about, in the order of the questions."""
    moves: tuple[Move, ...]
    """The latest first."""
    least_told: int = LEAST_TOLD


def load_detector_effects(store: Store, project_id: int) -> DetectorEffects:
    listed = {each.kind: each for each in list_detectors(store, project_id) if each.taught.reviewed}
    labels = measure_precisions(load_reviewed(store, project_id)) if listed else {}
    shipped = {card.kind: card.threshold for card in load_card().kinds}
    learnt = (Learnt(listed[kind], shipped.get(kind), labels.get(kind)) for kind in KINDS if kind in listed)
    return DetectorEffects(tuple(learnt), tuple(list_moves(project_id)))


def list_moves(project_id: int) -> Iterator[Move]:
    entries = AuditEntry.objects.filter(project_id=project_id, action__in=MOVING).order_by("-pk")[:LATEST_MOVES]
    for entry in entries:
        for kind, words in sorted(entry.details.items()):
            yield Move(entry.at, kind, str(words), entry.actor)
