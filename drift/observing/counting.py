"""Days of which an observation changed come in, they are counted anew and go out as `drift_days`: a stage behind that
of observations, see `tracing.stages`.

Nothing is ever added to a figure, so late, moved and vanished conversations are right, and doing a day twice changes
nothing. As a day is counted whole, the stage rests between batches.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from drift.models import TopicModel
from drift.observing.days import Key, Texts, add_texts, build_days, fold_small, read_figures, read_key
from drift.observing.records import unpack, write_days
from drift.observing.topics import Topics, load_topics
from feedback.catching_up import CatchUp
from tracing.stages import Key as StageKey
from tracing.stages import Pace, Stage, group_by_project
from tracing.store import Store

MANY = 200_000
"""Conversations that change at once; the store counts most of it."""
DRIFT_DAYS = Stage(
    "drift_days", "drift/sql/changed_days.sql", "drift/sql/lag_of_days.sql", batch_size=20, row_limit=MANY
)
REST_FACTOR = 9
"""A tenth of a core at most, however many conversations a day has."""
PORTION = 5_000
"""Texts in memory at once, some 30 MB."""
AGAIN_DAYS = 5


def count_changed_days(store: Store) -> int:
    """One batch of the stage `drift_days`; the number of days counted."""
    return DRIFT_DAYS.run(store, lambda keys: count_days(store, keys))


PACE = Pace(count_changed_days, REST_FACTOR)


def count_days(store: Store, keys: Sequence[StageKey]) -> None:
    """Count these days (project, day as 2026-11-20)."""
    for project_id, days in group_by_project(keys).items():
        topics = load_topics(project_id)
        for day in days:
            count_day(store, project_id, date.fromisoformat(day), topics)
        if find_topics_version(project_id) != str(topics.version if topics else 0):
            COUNTING_AGAIN.forget_done()  # others were learnt meanwhile, and days may have been looked through already


def count_day(store: Store, project_id: int, day: date, topics: Topics | None) -> None:
    version = time.time_ns() // 1000
    language = topics.language if topics else ""
    bound = {"project_id": project_id, "day": day}
    figures = read_figures(store.query("drift/sql/day_figures.sql", language=language, **bound))
    told = fold_small(figures)
    texts = sum_texts(store, project_id, day, told, topics)
    rows = build_days(day, figures, texts, told, topics)
    there = {read_key(row) for row in store.query("drift/sql/segments_of_day.sql", **bound)}
    gone = there - set(told.values())
    write_days(store, project_id, rows, [(day, *key) for key in sorted(gone)], version)


def sum_texts(
    store: Store, project_id: int, day: date, told: Mapping[Key, Key], topics: Topics | None
) -> dict[Key, Texts]:
    """By segment that is told, portion by portion."""
    texts: dict[Key, Texts] = {}
    after = ""
    while True:
        found = store.query_columns(
            "drift/sql/texts_of_day.sql", project_id=project_id, day=day, after=after, limit=PORTION
        )
        ids = found.get("conversation_id", ())
        if not len(ids):
            return texts
        own = zip(*(found[name] for name in ("service_name", "environment", "prompt_version", "model")), strict=True)
        add_texts(
            texts,
            [told.get(key, key) for key in own],
            unpack(found["packed"]),
            np.array(found["has_answer"], np.float64),
            np.array(found["answer_length"], np.float64),
            topics,
        )
        if len(ids) < PORTION:
            return texts
        after = ids[-1]


def find_topics_version(project_id: int) -> str:
    """As rows of days tell it."""
    kept = TopicModel.objects.filter(project_id=project_id).values_list("version", flat=True).first()
    return str(kept or 0)


COUNTING_AGAIN = CatchUp(
    "counting days again",
    DRIFT_DAYS,
    "drift/sql/outdated_days.sql",
    AGAIN_DAYS,
    find_topics_version,
    count_days,
    count_changed_days,
)
