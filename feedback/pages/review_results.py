"""What came of a review queue comes in, what its page shows goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback.pages.satisfaction import Whisker, draw_whisker
from feedback.review.agreement import Agreement, Pair, describe_strength
from feedback.review.findings import Finding
from feedback.review.questions import CANNOT_TELL, NONE
from feedback.review.weighted import WeightedShare
from feedback.reviewing.results import Results
from feedback.satisfaction.intervals import Interval

FEW_SKIPS = 0.1
"""Share of what reviewers saw over which the page warns that skipped items may be of another sort."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure of agreement beyond chance."""

    name: str
    what: str
    whisker: Whisker
    strength: str


@dataclass(frozen=True, slots=True)
class AgreementCard:
    """How far reviewers agree on some items."""

    agreement: Agreement
    rows: Sequence[FigureRow]
    common: str
    """The commonest answer, in words."""
    common_share: float


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """The same of two reviewers, or of one answer, on a line."""

    name: str
    agreement: Agreement
    figure: Interval | None
    strength: str


@dataclass(frozen=True, slots=True)
class FoundRow:
    title: str
    items: int
    share: WeightedShare
    whisker: Whisker
    control: WeightedShare | None


@dataclass(frozen=True, slots=True)
class ShownResults:
    agreement: AgreementCard
    control: AgreementCard | None
    """None where there is nothing to tell apart."""
    pairs: Sequence[AgreementRow]
    choices: Sequence[AgreementRow]
    found: Sequence[FoundRow]
    settled: int
    skips: float
    """Share of what reviewers looked at and skipped."""
    warns_of_skips: bool


def show_results(results: Results) -> ShownResults:
    done = sum(each.done for each in results.reviewers)
    skipped = sum(each.skipped for each in results.reviewers)
    skips = skipped / (done + skipped) if skipped else 0.0
    has_control = 0 < results.control.items < results.agreement.items
    return ShownResults(
        agreement=show_agreement(results.agreement, results.titles),
        control=show_agreement(results.control, results.titles) if has_control else None,
        pairs=[show_pair(each) for each in results.pairs] if len(results.pairs) > 1 else [],
        choices=[show_choice(results.titles.get(key, key), each) for key, each in results.choices.items()],
        found=[show_found(each, results.titles) for each in results.findings if is_shown(each)],
        settled=results.findings[0].share.n if results.findings else 0,
        skips=skips,
        warns_of_skips=skips > FEW_SKIPS,
    )


def show_agreement(agreement: Agreement, titles: Mapping[str, str]) -> AgreementCard:
    name = "Cohen’s kappa" if agreement.reviewers == 2 else "Kappa, mean of the pairs"
    figures = (
        ("Krippendorff’s alpha", "all reviewers together, also where each saw other items", agreement.alpha),
        (name, "two reviewers, each with habits of their own", agreement.kappa),
        ("Gwet’s AC1", "stays high where nearly all answers are the same", agreement.ac1),
    )
    rows = [show_figure(name, what, figure) for name, what, figure in figures if figure is not None]
    common, share = agreement.prevalence[0] if agreement.prevalence else ("", 0.0)
    words = ", ".join(titles.get(key, key) for key in common.split(", "))
    return AgreementCard(agreement, rows, words, share)


def show_figure(name: str, what: str, figure: Interval) -> FigureRow:
    shown = Interval(*(max(0.0, end) for end in (figure.value, figure.low, figure.high)))
    whisker = draw_whisker(shown)
    return FigureRow(name, what, Whisker(figure, whisker.left, whisker.width, whisker.dot), describe_strength(figure))


def show_pair(pair: Pair) -> AgreementRow:
    return show_row(f"{pair.first} and {pair.second}", pair.agreement, pair.agreement.kappa)


def show_choice(title: str, agreement: Agreement) -> AgreementRow:
    return show_row(title, agreement, agreement.alpha)


def show_row(name: str, agreement: Agreement, figure: Interval | None) -> AgreementRow:
    return AgreementRow(name, agreement, figure, describe_strength(figure) if figure else "")


def is_shown(finding: Finding) -> bool:
    """What nobody said tells something only where it is an answer by itself."""
    return bool(finding.items) or finding.key not in (NONE, CANNOT_TELL)


def show_found(finding: Finding, titles: Mapping[str, str]) -> FoundRow:
    share = finding.share
    whisker = draw_whisker(Interval(share.value, share.low, share.high))
    return FoundRow(titles.get(finding.key, finding.key), finding.items, share, whisker, finding.control)
