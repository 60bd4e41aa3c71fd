"""The card of the detectors comes in, `docs/detectors.md` goes out."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from feedback.accuracy import Bin, Card, Estimate, Failure, Figures, KindCard, OtherSet, Pool, Tier, ToneCard

HEAD = (
    "# How right the detectors of words are\n\n"
    "Made by `make accuracy`; do not edit. What each kind means is told in [what users say of answers]"
    "(signals-reactions.md), the command that prints them in [hearing a log](detecting.md). A project has these "
    "figures on a page of its own, from *Settings, Detectors*, and over REST as `GET /api/v1/accuracy`.\n\n"
)
INTRODUCTION = (
    "Measured on {messages:,} later messages of users in {conversations:,} conversations ({files}), of which "
    "{feedback:,} are feedback. They were written and labelled by hand for Tacit, each by one person, with as many "
    "messages as possible that look like feedback and are none; nothing was learnt from them. They are harder than "
    "logs and hold far more feedback: where a figure depends on how common that is, it is told for feedback on one "
    "message in twenty, each with the weight that it would have there. Intervals are 95 %, by drawing conversations "
    "again. Every figure is taken from what `tacit detect` prints, read in three ways:\n"
)
SENTENCES = {
    "F1": "best F1 of any threshold with at most 4 % false alarms (alarms on messages without any feedback)",
    "AP": "average precision, whatever the threshold",
    "calibration error": "mean distance between a score and the share of messages with such a score that are so",
}
FIGURES = (
    *("read by", "fired", "precision", "precision when rare", "recall", "false alarms", "AP", "F1 at 4 % alarms"),
    "calibration error",
)


def write_document(card: Card) -> str:
    """The whole page as Markdown."""
    return HEAD + "\n".join(
        [*write_summary(card), *write_kinds(card), *write_tone(card.tone, card.tiers), *write_rest(card)]
    )


def write_summary(card: Card) -> Iterator[str]:
    files = ", ".join(f"`{name}`" for name in card.files)
    yield INTRODUCTION.format(
        messages=card.messages, conversations=card.conversations, feedback=card.feedback, files=files
    )
    yield from (f"- *{tier.title}*: {tier.what}" for tier in card.tiers)
    yield from (f"- *{name}*: {what}" for name, what in SENTENCES.items())
    yield "\n## Feedback of any kind\n"
    yield "The highest score of all kinds; fired where any kind fired.\n"
    yield write_figures(card.any_kind, card.tiers)
    means = ", ".join(f"{card.mean_average_precision[tier.name]:.2f} ({tier.title})" for tier in card.tiers)
    yield f"\nMean AP over rephrase, correction, complaint, clarification request and praise: {means}.\n"


def write_kinds(card: Card) -> Iterator[str]:
    yield "## Each kind\n"
    for kind in card.kinds:
        yield from write_kind(kind, card.tiers)


def write_kind(kind: KindCard, tiers: Sequence[Tier]) -> Iterator[str]:
    threshold = "" if kind.threshold is None else f" It fires from {kind.threshold:.2f} on."
    yield f"### {kind.title} (`{kind.kind}`, version {kind.version})\n"
    yield f"{kind.what}{threshold} {kind.positives:,} of {kind.messages:,} messages are so.\n"
    yield write_figures(kind.tiers, tiers)
    bins = write_bins(kind.tiers[-1].reliability)
    yield f"\nOf messages with such a score ({tiers[-1].title}), so many are so: {bins}.\n"
    alarmed = [pool for pool in kind.pools if any(pool.alarms.values())]
    if alarmed:
        yield "False alarms by what they look like, where there were any:\n"
        yield write_pools(alarmed, tiers)
        yield ""
    yield from write_failures(kind.known, kind.failures)


def write_figures(figures: Iterable[Figures], tiers: Iterable[Tier]) -> str:
    titles = {tier.name: tier.title for tier in tiers}
    rows = [
        (
            titles[each.tier],
            str(each.fired),
            *map(write_estimate, (each.precision, each.precision_when_rare, each.recall, each.false_alarms)),
            *map(write_estimate, (each.average_precision, each.f1_at_few_alarms)),
            f"{each.calibration_error:.3f}",
        )
        for each in figures
    ]
    return write_table(FIGURES, rows)


def write_estimate(estimate: Estimate | None) -> str:
    return "-" if estimate is None else f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def write_bins(bins: Iterable[Bin]) -> str:
    return ", ".join(f"{each.mean_score:.2f}: {each.share:.2f} of {each.messages}" for each in bins)


def write_pools(pools: Iterable[Pool], tiers: Sequence[Tier]) -> str:
    titles = ("messages that look like feedback", "of them", *(f"alarms, {tier.title}" for tier in tiers))
    rows = [(pool.name, str(pool.messages), *(write_share(pool, tier) for tier in tiers)) for pool in pools]
    return write_table(titles, rows)


def write_share(pool: Pool, tier: Tier) -> str:
    alarms = pool.alarms[tier.name]
    return f"{alarms} ({alarms / pool.messages:.1%})" if pool.messages else "-"


def write_failures(known: Iterable[str], failures: Iterable[Failure]) -> Iterator[str]:
    listed = [f"- {escape(what)}" for what in known]
    listed += [
        f"- {'false alarm' if each.is_alarm else 'missed'} at {each.score:.2f}, {escape(each.language)}:"
        f" “{escape(each.message)}”, after “{escape(each.answer)}” ({escape(each.why)})"
        for each in failures
    ]
    if listed:
        yield "Known failures:\n"
        yield from listed
        yield ""


def write_tone(tone: ToneCard, tiers: Sequence[Tier]) -> Iterator[str]:
    titled = {tier.name: tier.title for tier in tiers}
    yield f"## Tone (`sentiment`, version {tone.version})\n"
    counts = ", ".join(f"{count:,} {name}" for name, count in tone.counts.items())
    yield f"Each message after the first is called negative, neutral or positive toward the assistant: {counts}.\n"
    titles = ("read by", "macro-F1", *(f"F1 {name}" for name in tone.counts), "calibration error of the confidence")
    rows = [
        (
            titled[each.tier],
            write_estimate(each.macro_f1),
            *(f"{value:.2f}" for value in each.f1.values()),
            f"{each.calibration_error:.3f}",
        )
        for each in tone.tiers
    ]
    yield write_table(titles, rows) + "\n"
    yield from write_failures(tone.known, ())
    yield "`sentiment_shift` follows from these tones; no chat is labelled with a change, so it is not measured.\n"


def write_rest(card: Card) -> Iterator[str]:
    yield "## What looks like feedback and is none\n"
    yield "Alarms of any kind. One message may stand in several rows.\n"
    yield write_pools(card.pools, card.tiers)
    yield "\n## Languages\n"
    yield "Feedback of any kind: F1 at the one threshold of all with 4 % false alarms, and AP within the language.\n"
    titles = (
        "language",
        "messages",
        "feedback",
        *(f"{name}, {tier.title}" for tier in card.tiers for name in ("F1", "AP")),
    )
    rows = [
        (
            *(each.code, str(each.messages), str(each.feedback)),
            *(f"{found[tier.name]:.2f}" for tier in card.tiers for found in (each.f1, each.average_precision)),
        )
        for each in card.languages
    ]
    yield write_table(titles, rows) + "\n"
    if card.others:
        yield from write_others(card.others, card.tiers)


def write_others(others: Sequence[OtherSet], tiers: Sequence[Tier]) -> Iterator[str]:
    yield "## Other sets\n"
    yield (
        "Public sets that are not in the repository (`make accuracy DATA=…`), through what `tacit detect` prints. "
        "Beside it stands a word-count model (logistic regression), which has learnt from each set as Tacit has not.\n"
    )
    rows = [
        (
            *((f"{each.name}: {each.what}", str(each.messages)) if not number else ("", "")),
            result.figure,
            *(f"{value:.2f}" for value in result.tiers.values()),
            "-" if result.simple is None else f"{result.simple:.2f}",
        )
        for each in others
        for number, result in enumerate(each.results)
    ]
    titles = {tier.name: tier.title for tier in tiers}
    named = (titles[tier] for tier in others[0].results[0].tiers)
    yield write_table(("set", "texts", "figure", *named, "word counts"), rows) + "\n"


def write_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (titles, ["---"] * len(titles), *rows))


def escape(text: str) -> str:
    """A text of a user as Markdown that shows it and does nothing else."""
    return re.sub(r"([\\`*_\[\]|~#])", r"\\\1", html.escape(text, quote=False))
