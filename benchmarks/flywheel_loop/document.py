"""The tables of `docs/flywheel.md`: results come in, Markdown goes out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.stats import t

from benchmarks.accuracy.hearing import PLATFORM
from benchmarks.flywheel_loop.season import ARMS, KINDS
from feedback.accuracy import load_card

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs/flywheel.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
MODELS: Final = {"finetuned": "MiniLM, finetuned", "linear": "a linear head on MiniLM"}
Results = Mapping[str, Any]


def write_document(text: str, results: Results) -> str:
    """The document with the tables of these results."""
    return re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{write_tables(results)}\n{END}", text, flags=re.DOTALL)


def write_tables(results: Results) -> str:
    seeds = sorted(results.items(), key=lambda each: int(each[0]))
    parts = [write_model(name, title, seeds) for name, title in MODELS.items()]
    parts += [write_rows(seeds), write_right(seeds), write_heard(seeds)]
    return "\n\n".join(part for part in parts if part)


def write_model(name: str, title: str, seeds: Sequence[tuple[str, Any]]) -> str:
    held = [(seed, told["models"][name]) for seed, told in seeds if name in told["models"]]
    if not held:
        return ""
    names = [seed for seed, _ in held]
    arms = write_table(
        ["pairs put right, %", *(f"seed {seed}" for seed in names), "mean", "best of four, %"],
        [list_arm(arm, [model for _, model in held]) for arm in ARMS if arm in held[0][1]["arms"]],
    )
    against = write_table(
        ["points ahead", *(f"seed {seed}" for seed in names), "mean", "ahead on"],
        [list_against(pair, [model for _, model in held]) for pair in held[0][1]["against"]],
    )
    return f"### With {title}\n\n{arms}\n\n{against}"


def list_arm(arm: str, models: Sequence[Any]) -> list[str]:
    figures = [model["arms"].get(arm) for model in models]
    gain = np.mean([each["gain"] for each in figures if each])
    return [ARMS[arm], *map(tell, figures), tell_mean(list_values(figures)), f"{100 * gain:.0f}"]


def list_against(pair: str, models: Sequence[Any]) -> list[str]:
    figures = [model["against"].get(pair) for model in models]
    values = list_values(figures)
    one, other = pair.split(" - ")
    ahead = f"{sum(value > 0 for value in values)} of {len(values)}"
    return [f"{ARMS[one]}, over {ARMS[other]}", *map(tell, figures), tell_mean(values), ahead]


def list_values(figures: Sequence[Any]) -> list[float]:
    return [each["value"] for each in figures if each]


def tell(figure: Mapping[str, float] | None) -> str:
    """A dash where a seed was not run.

    >>> tell({"value": 0.7012, "low": 0.68, "high": 0.72})
    '70.1 (68.0 to 72.0)'
    """
    if figure is None:
        return "–"
    return "{:.1f} ({:.1f} to {:.1f})".format(*(100 * figure[name] for name in ("value", "low", "high")))


def tell_mean(values: Sequence[float]) -> str:
    """With Student's interval over the seeds."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return f"{100 * mean:.1f}"
    reach = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return tell({"value": mean, "low": mean - reach, "high": mean + reach})


def write_rows(seeds: Sequence[tuple[str, Any]]) -> str:
    rows = [
        [ARMS[arm], *(f"{told['rows'].get(arm, '–')}" for _, told in seeds)]
        for arm in ARMS
        if arm in seeds[0][1]["rows"]
    ]
    rows.append(["answers of the traffic", *(f"{told['answers']:,}" for _, told in seeds)])
    rows.append(
        ["the average person, as a judge: pairs put right, %", *(f"{100 * told['ceiling']:.1f}" for _, told in seeds)]
    )
    return "### Rows\n\n" + write_table(["", *(f"seed {seed}" for seed, _ in seeds)], rows)


def write_right(seeds: Sequence[tuple[str, Any]]) -> str:
    totals = add_up(told["right"] for _, told in seeds)
    ordered = sorted(totals.items(), key=lambda each: -each[1][0])
    rows = [[f"`{source}`", f"{count:,}", f"{100 * right / count:.0f}"] for source, (count, right) in ordered]
    return "### Labels of our export, all seeds\n\n" + write_table(["source", "rows", "right, %"], rows)


def write_heard(seeds: Sequence[tuple[str, Any]]) -> str:
    totals = add_up(
        {kind: (each["so"], each["heard"], each["both"]) for kind, each in told["heard"].items()} for _, told in seeds
    )
    rows = [
        [f"`{kind}`", f"{so:,}", f"{both / max(so, 1):.2f}", f"{both / max(heard, 1):.2f}", *tell_card(kind)]
        for kind, (so, heard, both) in totals.items()
    ]
    head = ["kind", "messages", "recall", "precision", "recall, card", "precision, card", "when rare, card"]
    return "### How words were heard, all seeds\n\n" + write_table(head, rows)


def add_up(told: Any) -> dict[str, tuple[int, ...]]:
    totals: dict[str, tuple[int, ...]] = {}
    for each in told:
        for name, counts in each.items():
            before = totals.get(name, (0,) * len(counts))
            totals[name] = tuple(one + int(other) for one, other in zip(before, counts, strict=True))
    return dict(sorted(totals.items()))


def tell_card(kind: str) -> Iterator[str]:
    """What the model card says of a kind, as the platform runs."""
    name = KINDS.get(kind, kind)
    tiers = next(each.tiers for each in load_card().kinds if each.kind == name)
    figures = next(each for each in tiers if each.tier == PLATFORM.name)
    for figure in (figures.recall, figures.precision, figures.precision_when_rare):
        yield f"{figure.value:.2f}" if figure else "–"


def write_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
