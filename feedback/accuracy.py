"""How right the detectors of words are, as `make accuracy` last measured it: `accuracy.json` in, a `Card` out.

Each figure stands with the tier that it is of: the quick reader alone, both as the platform runs them, or both on every
message. Pages, REST and `docs/detectors.md` tell the same card.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

PATH = Path(__file__).with_name("accuracy.json")
TONE = "sentiment"
RARE = 0.05
"""The share of messages that are feedback where figures are told as in real use; in the labelled chats it is more."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval, by drawing conversations again (bootstrap)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Messages whose scores lie from `low` to below `high`."""

    low: float
    high: float
    messages: int
    mean_score: float
    share: float
    """Of them that are what the score says."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How right one tier is. A figure is null where nothing fired, or nothing was there to be found."""

    tier: str
    fired: int
    precision: Estimate | None
    """Share of what fired that is right, in the labelled chats."""
    precision_when_rare: Estimate | None
    """The same where feedback stands on one message in twenty."""
    recall: Estimate | None
    false_alarms: Estimate | None
    """Share of the messages without any feedback on which it fired."""
    average_precision: Estimate | None
    """Whatever the threshold: mean precision over all recalls."""
    f1_at_few_alarms: Estimate | None
    """The best F1 of any threshold with no more than 4 % false alarms."""
    calibration_error: float
    """Mean distance between score and share, by bins (expected calibration error)."""
    reliability: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """Messages that are no feedback and look like it for one reason; `alarms` is told by tier."""

    name: str
    messages: int
    alarms: dict[str, int]


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that was taken wrongly: what it was, and as what it was heard."""

    message: str
    answer: str
    """The end of the answer before it."""
    language: str
    is_alarm: bool
    """Heard where it is not; else it was missed."""
    score: float
    why: str
    """As whoever labelled it put it."""


@dataclass(frozen=True, slots=True)
class KindCard:
    """One kind of signal."""

    kind: str
    title: str
    what: str
    version: str
    threshold: float | None
    """The score from which it fires; null where it is not one number."""
    messages: int
    positives: int
    tiers: tuple[Figures, ...]
    pools: tuple[Pool, ...]
    failures: tuple[Failure, ...]
    """The worst by score, found by the measurement."""
    known: tuple[str, ...]
    """What it is known not to understand, written by hand."""


@dataclass(frozen=True, slots=True)
class ToneFigures:
    """How often the tone is right: F1 of each, and their mean."""

    tier: str
    macro_f1: Estimate | None
    f1: dict[str, float]
    calibration_error: float
    reliability: tuple[Bin, ...]
    """Of the confidence."""


@dataclass(frozen=True, slots=True)
class ToneCard:
    version: str
    messages: int
    counts: dict[str, int]
    """Messages by the tone that they have."""
    tiers: tuple[ToneFigures, ...]
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """How well feedback of any kind is told in a language, at the threshold of all with 4 % false alarms."""

    code: str
    messages: int
    feedback: int
    f1: dict[str, float]
    """By tier."""
    average_precision: dict[str, float]


@dataclass(frozen=True, slots=True)
class Result:
    """One figure on a set of others, by tier; `simple` is what a word-count model reaches there."""

    figure: str
    tiers: dict[str, float]
    simple: float | None = None


@dataclass(frozen=True, slots=True)
class OtherSet:
    """A public set that is not in the repository; measured where its files were at hand."""

    name: str
    what: str
    messages: int
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """A way to read messages."""

    name: str
    title: str
    what: str


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that was measured."""

    files: tuple[str, ...]
    conversations: int
    messages: int
    """Later messages of users; the first of a conversation cannot be feedback."""
    feedback: int
    tiers: tuple[Tier, ...]
    any_kind: tuple[Figures, ...]
    """Feedback of whatever kind: the highest score of all kinds."""
    mean_average_precision: dict[str, float]
    """Over rephrase, correction, complaint, clarification request and praise, by tier."""
    kinds: tuple[KindCard, ...]
    tone: ToneCard
    pools: tuple[Pool, ...]
    languages: tuple[Language, ...]
    others: tuple[OtherSet, ...] = ()


CARDS = TypeAdapter(Card)


@cache
def load_card() -> Card:
    """The card that is shipped. Raises pydantic.ValidationError where the file is not as written by `make accuracy`."""
    return CARDS.validate_json(PATH.read_bytes())


def list_measured(card: Card) -> frozenset[str]:
    """Kinds of signals that the card tells of."""
    return frozenset({*(each.kind for each in card.kinds), TONE})


def write_card(card: Card) -> bytes:
    return CARDS.dump_json(card, indent=1) + b"\n"
