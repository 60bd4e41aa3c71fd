"""A project with an alarm: the same conversations before and since, but for what a test plants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from drift.detectors import BY_NAME, Measured
from drift.models import DriftAlarm
from drift.observing.records import Observation, write_observations
from drift.watching.segments import SegmentName
from feedback.embedding import load_encoder
from feedback.failures.records import pack_vectors
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

STARTED = date(2026, 11, 10)
SEGMENT = SegmentName("shop", "live", "3", "m")


@dataclass
class Changing:
    """Writes what was observed of conversations; they are numbered as they come."""

    teller: Teller
    written: int = 0

    @property
    def project(self) -> Project:
        return self.teller.project

    @property
    def store(self) -> Store:
        return self.teller.store

    def observe(self, days: int, texts: Sequence[str], values: Mapping[str, Sequence[float | None]]) -> list[str]:
        """Conversations that began so many days after the alarm's start, one for each text."""
        ids = [f"c-{self.written + index}" for index in range(len(texts))]
        vectors = pack_vectors(load_encoder().embed(texts))
        day = STARTED + timedelta(days=days)
        begun = int(datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp()) * 10**9
        rows = [
            Observation(
                name, day, begun, "shop", "live", "3", "m", vector=vectors[index],
                measured={metric: measure(own[index]) for metric, own in values.items() if own[index] is not None},
            )
            for index, name in enumerate(ids)
        ]  # fmt: skip
        write_observations(self.store, self.project.pk, rows, version=5)
        self.written += len(texts)
        return ids

    def alarm(self, *moves: tuple[str, float], **fields: Any) -> DriftAlarm:
        """Of metrics and their shares of the evidence."""
        told = {
            "segment": SEGMENT.write(), "segment_key": SEGMENT.key, "day": STARTED + timedelta(days=2),
            "started": STARTED, "score": 5000.0, "bound": 1000.0, "cause": "model",
            "found_at": datetime(2026, 11, 13, 1, tzinfo=UTC), "moves": [write_move(*move) for move in moves],
        }  # fmt: skip
        return DriftAlarm.objects.create(project=self.project, **(told | fields))


def measure(value: float | None) -> Measured:
    return Measured(1.0, float(value or 0.0), float(value or 0.0) ** 2)


def write_move(name: str, share: float) -> dict[str, Any]:
    metric = BY_NAME[name]
    return {
        "name": name, "part": "", "family": metric.family, "started": STARTED.isoformat(), "share": share, "shift": 0.3,
        "before": 0.02, "after": 0.05,
    }  # fmt: skip


@pytest.fixture
def changing(project: Project, store: Store) -> Changing:
    return Changing(Teller(project, store))
