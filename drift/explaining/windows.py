"""An alarm comes in; samples of the conversations of its segment before its start and since go out of the store."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from drift.models import DriftAlarm
from drift.observing.records import unpack
from drift.observing.topics import load_topics
from drift.watching.segments import read_segment_name
from feedback.embedding import WIDTH
from tracing.store import Store

COMPARED = timedelta(days=28)
"""Before the start, and at most since."""
MOST = 2_000
"""Conversations of each window."""
LANGUAGES = "other_languages"
"""The metric that is counted by days, from the language of each conversation."""

Values = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Conversations of some days, a row each: what was measured of them by metric, NaN where it was not, and what their
    first messages mean, zeros where there is none."""

    ids: Sequence[str]
    values: Mapping[str, Values]
    vectors: Values

    def __len__(self) -> int:
        return len(self.ids)

    def read(self, metric: str) -> Values:
        return self.values[metric] if metric in self.values else np.full(len(self), np.nan, np.float32)


def load_windows(store: Store, alarm: DriftAlarm, most: int = MOST) -> tuple[Window, Window]:
    """Before the alarm's start, and since, up to when the old ways were back."""
    until = alarm.gone_since or alarm.started + COMPARED
    before = load_rows(store, alarm, alarm.started - COMPARED, alarm.started, most)
    since = load_rows(store, alarm, alarm.started, until, most)
    common = find_common_language(alarm.project_id, [*before.get("language", ()), *since.get("language", ())])
    return read_window(before, common), read_window(since, common)


def load_rows(store: Store, alarm: DriftAlarm, since: date, until: date, most: int) -> Mapping[str, Sequence[Any]]:
    """By column. A whole is all that its service does, also where one model happens to serve it."""
    segment = read_segment_name(alarm.segment)
    part = (segment.prompt_version, segment.model) if segment.is_part else (None, None)
    return store.query_columns(
        "drift/sql/explained_conversations.sql",
        project_id=alarm.project_id,
        since=since,
        until=until,
        service_name=segment.service_name,
        environment=segment.environment,
        prompt_versions=[part[0]] if part[0] is not None else [],
        models=[part[1]] if part[1] is not None else [],
        limit=most,
    )


def find_common_language(project_id: int, languages: Iterable[str]) -> str:
    """The project's; while that is not known the most common of these, empty where none is."""
    topics = load_topics(project_id)
    counted = Counter(language for language in languages if language)
    return (topics.language if topics else "") or next((language for language, _ in counted.most_common(1)), "")


def read_window(rows: Mapping[str, Sequence[Any]], common: str) -> Window:
    ids = list(rows.get("conversation_id", ()))  # where no row is found, columns may have no names
    if not ids:
        return Window((), {}, np.empty((0, WIDTH), np.float32))
    values = read_values(rows)
    if common:
        known = [np.nan if not language else float(language != common) for language in rows["language"]]
        values[LANGUAGES] = np.array(known, np.float32)
    return Window(ids, values, unpack(rows["packed"]))


def read_values(rows: Mapping[str, Sequence[Any]]) -> dict[str, Values]:
    """By metric; a conversation is one count of it, or none."""
    values: dict[str, Values] = {}
    columns = zip(rows["metrics"], rows["counts"], rows["sums"], strict=True)
    for place, (names, counts, sums) in enumerate(columns):
        for name, count, total in zip(names, counts, sums, strict=True):
            if count:
                column = values.setdefault(name, np.full(len(rows["metrics"]), np.nan, np.float32))
                column[place] = total / count
    return values
