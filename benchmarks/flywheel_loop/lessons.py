"""From conversations to what a model learns of: they come in, are exported as `tacit export` does it, and the rows of
the files that were written go out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedback.datasets import Definition, LabelledConversation, Source, build_dataset

SOURCE = Source("loop")
THUMBS = ("thumbs:*",)
WORDS = (
    "signal:praise",
    "signal:complaint",
    "signal:correction",
    "signal:rephrase",
    "signal:clarification_request",
    "signal:request_human",
    "signal:early_termination",
)
"""What detectors hear in messages, without what people press."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """An answer that was found good or bad; or, where another lost against it, the better one of two."""

    request: str
    answer: str
    is_good: bool = True
    loser: str = ""
    source: str = ""
    """What the label is from."""
    spans: tuple[str, ...] = ()
    """Of the answer, and of the loser."""
    confidence: float = 1.0
    """How likely the label is right, as the export says."""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Export:
    """The rows of a dataset, and what its manifest says of how many went where."""

    lessons: Sequence[Lesson]
    manifest: Mapping[str, Any]


def export(format_name: str, talks: Sequence[LabelledConversation], sources: Sequence[str] = ()) -> Export:
    """Everything trains: the test has tasks and people of its own."""
    definition = Definition(format_name, sources=tuple(sources), validation=0.0)
    with build_dataset(definition, talks, source=SOURCE) as built:
        rows, told = read_lines(built.files["train.jsonl"]), read_lines(built.files["provenance.jsonl"])
        return Export([read_lesson(*each) for each in zip(rows, told, strict=True)], built.manifest)


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def read_lesson(row: Mapping[str, Any], told: Mapping[str, Any]) -> Lesson:
    """Of a row as a trainer reads it. A talk is about one task, which opens it."""
    request = row["prompt"][0]["content"]
    label = {"source": told["label_source"], "confidence": told["confidence"]}
    if "chosen" in row:
        spans = (told["span_id"], told["rejected_span_id"])
        return Lesson(request, row["chosen"][0]["content"], True, row["rejected"][0]["content"], spans=spans, **label)
    return Lesson(request, row["completion"][0]["content"], row["label"], spans=(told["span_id"],), **label)
