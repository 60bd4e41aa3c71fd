"""Projects with made-up days, and changes planted in them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from benchmarks.drift_rows import TOPICS_VERSION, list_rows
from benchmarks.drift_worlds import TOPICS, Change, Kindness, make_segment
from drift.detection.causes import Cause
from drift.observing.learning import ENOUGH_CONVERSATIONS
from drift.observing.records import DayRow, write_days
from drift.observing.topics import Topics, save_topics
from feedback.embedding import WIDTH
from tracing.store import Store

FIRST = date(2026, 6, 1)
START = 70
"""Day on which something is planted."""
QUIET = Change()
BAD = Change(Cause.MODEL, {"refusals": 0.06, "output_length": 0.3})


@dataclass(frozen=True)
class World:
    """One part of a made-up project: in one service, with one model."""

    seed: int
    change: Change = QUIET
    service: str = "chat"
    model: str = "gpt-5"
    start: int = START
    end: int | None = None
    """After it the old days are back."""
    traffic: float = 500.0

    def list_rows(self, days: int) -> list[DayRow]:
        """Up to `end` with the change, then without it."""
        kindness = Kindness(traffic=self.traffic)
        with_change = make_segment(self.seed, days, kindness, self.change, self.start)
        without = make_segment(self.seed, days, kindness)
        end = self.find_day(days if self.end is None else self.end)
        told = (self.find_day(0), self.service, "", "", self.model)
        return [
            *(row for row in list_rows(with_change, *told) if row.day < end),
            *(row for row in list_rows(without, *told) if row.day >= end),
        ]

    def find_day(self, number: int) -> date:
        return FIRST + timedelta(days=make_segment(self.seed, 1).first_weekday + number)


def fill(store: Store, project_id: int, worlds: list[World], days: int, version: int = 1) -> None:
    save_topics(project_id, Topics(np.zeros((TOPICS, WIDTH), np.float32), (), TOPICS_VERSION, "", ENOUGH_CONVERSATIONS))
    rows = [row for world in worlds for row in world.list_rows(days)]
    write_days(store, project_id, rows, [], version)


def after(day: date) -> datetime:
    """When a day has just been looked at."""
    return datetime.combine(day + timedelta(days=1), time(0, 31), UTC)
