"""How right the detectors of words are: measures them and writes `feedback/accuracy.json` and `docs/detectors.md`.

    make accuracy                          on the labelled chats in the repository; some minutes
    make accuracy DATA=../shared/data      on other sets, too, whose files lie there
    python benchmarks/accuracy/measure.py --check    holds the figures against the shipped ones; fails where they fell

Without DATA what was measured on other sets stays as it was.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.accuracy.chats import load_chats, measure_card
from benchmarks.accuracy.document import write_document
from benchmarks.accuracy.hearing import TIERS
from benchmarks.accuracy.measures import DRAWS
from benchmarks.accuracy.others import measure_others
from feedback.accuracy import PATH, Card, Estimate, load_card, write_card

DOCUMENT = Path(__file__).parents[2] / "docs" / "detectors.md"
MARGIN = 0.01
"""Less than this a figure may differ on another machine."""


def tell(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def list_main_figures(card: Card, tiers: Sequence[str]) -> Iterator[tuple[str, float]]:
    """What must not fall."""
    for each in card.any_kind:
        if each.tier in tiers:
            yield f"any kind, AP, {each.tier}", read_value(each.average_precision)
            yield f"any kind, F1 at 4 % alarms, {each.tier}", read_value(each.f1_at_few_alarms)
            yield f"any kind, recall, {each.tier}", read_value(each.recall)
            yield f"any kind, no false alarm, {each.tier}", 1 - read_value(each.false_alarms)
    for tier in tiers:
        yield f"mean AP, {tier}", card.mean_average_precision[tier]
    for figures in card.tone.tiers:
        if figures.tier in tiers:
            yield f"tone, macro-F1, {figures.tier}", read_value(figures.macro_f1)


def read_value(estimate: Estimate | None) -> float:
    return estimate.value if estimate else 0.0


def find_fallen(shipped: Card, measured: Card, tiers: Sequence[str]) -> list[str]:
    """The main figures that are lower than the shipped ones by more than the margin, in words."""
    now = dict(list_main_figures(measured, tiers))
    return [
        f"{name}: {now[name]:.3f}, {value:.3f} was shipped"
        for name, value in list_main_figures(shipped, tiers)
        if now[name] < value - MARGIN
    ]


def check(tiers: Sequence[str]) -> list[str]:
    """What fell since the card was made, on the labelled chats."""
    chosen = [tier for tier in TIERS if tier.name in tiers]
    return find_fallen(load_card(), measure_card(load_chats(tell, chosen), draws=0), tiers)


def make(data: Path | None) -> Card:
    """Measure everything; what was measured on other sets stays where they are not at hand."""
    card = measure_card(load_chats(tell), DRAWS)
    if data:
        return replace(card, others=measure_others(data, tell))
    return replace(card, others=load_card().others) if PATH.exists() else card


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures how right the detectors of words are.")
    parser.add_argument("--data", type=Path, help="the directory of the other labelled sets")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a main figure fell")
    parser.add_argument("--tier", action="append", choices=[tier.name for tier in TIERS], help="check these alone")
    options = parser.parse_args()
    if options.check:
        fallen = check(options.tier or [tier.name for tier in TIERS])
        sys.exit("\n".join(["Lower than in feedback/accuracy.json:", *fallen]) if fallen else 0)
    card = make(options.data)
    PATH.write_bytes(write_card(card))
    DOCUMENT.write_text(write_document(card), encoding="utf-8")
    tell(f"wrote {PATH} and {DOCUMENT}")


if __name__ == "__main__":
    main()
