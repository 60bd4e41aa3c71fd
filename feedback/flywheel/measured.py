"""How right labels by behaviour are in a project by its reviews, fixed once for a version: what reviewers say while it
is built changes nothing."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from feedback.datasets.labels.measured import measure_precisions
from feedback.datasets.labels.precisions import Precision, Precisions
from feedback.reviewing.detectors import load_reviewed
from tracing.store import Store
from tracing.times import to_ns

FILE = "precisions.json"


def load_precisions(store: Store, project_id: int, until: datetime) -> Precisions:
    """By what was settled until then."""
    return measure_precisions(load_reviewed(store, project_id, until_us=to_ns(until) // 1000))


def fix_precisions(work: Path, store: Store, project_id: int, until: datetime) -> Precisions:
    """The same as they were when it was asked first for this directory of work. Raises OSError."""
    path = work / FILE
    if path.exists():
        return {kind: Precision(**told) for kind, told in json.loads(path.read_text(encoding="utf-8")).items()}
    precisions = load_precisions(store, project_id, until)
    work.mkdir(parents=True, exist_ok=True)
    beside = work / f"{FILE}.new"
    beside.write_text(json.dumps({kind: asdict(each) for kind, each in precisions.items()}), encoding="utf-8")
    beside.replace(path)
    return precisions
