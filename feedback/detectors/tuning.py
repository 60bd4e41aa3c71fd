"""How a project has its detectors work: which are off, from which score each fires, what is expected."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from feedback.detectors.signal import Signal

if TYPE_CHECKING:
    from feedback.detectors.detector import Detector  # which has a material, which has a tuning

LongIs = Literal["good", "neutral", "bad"]


@dataclass(frozen=True, slots=True)
class Tuning:
    """As it was shipped, where nothing else is said."""

    off: frozenset[str] = frozenset()
    """Kinds that are not listened for."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """By kind, the score at or over which a signal fires; for others the detector says it."""
    slow_ms: int | None = None
    """An answer that takes longer is slow; None means that the service's own past says it."""
    long_is: LongIs = "neutral"

    @property
    def slow_seconds(self) -> float | None:
        return None if self.slow_ms is None else self.slow_ms / 1000

    def choose(self, detectors: "Iterable[Detector]") -> "list[Detector]":
        """Those that are on."""
        return [detector for detector in detectors if detector.kind not in self.off]

    def apply(self, signals: Iterable[Signal]) -> Iterator[Signal]:
        """The signals, fired by these thresholds."""
        for signal in signals:
            threshold = self.thresholds.get(signal.kind)
            yield signal if threshold is None else replace(signal, fired=signal.score >= threshold)


SHIPPED = Tuning()


def describe_basis(detectors: "Sequence[Detector]", tuning: Tuning) -> str:
    """A digest of everything that signals follow from besides a conversation: it changes with any of it."""
    told = (
        sorted((detector.kind, detector.version) for detector in tuning.choose(detectors)),
        sorted(tuning.thresholds.items()),
        tuning.slow_ms,
        tuning.long_is,
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
