"""What a detector is: a kind, a version, words for people, and and a pure function that gives signals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from feedback.detectors.material import Material
from feedback.detectors.signal import Signal
from feedback.detectors.texts import Texts

Detect = Callable[[Material], Iterator[Signal]]


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of signal. The same material must always give the same signals."""

    kind: str
    version: str
    """Changes whenever the same input may give another signal, so that old ones are derived again."""
    title: str
    """What a person reads beside the signal."""
    what: str
    """One sentence: what it means."""
    detect: Detect
    texts: Texts = Texts.NONE
    """What it needs of texts, which a project may not keep."""
