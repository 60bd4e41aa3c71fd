"""Observations and days as rows of `observations` and `drift_days` and back: the only place that knows their
columns."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from drift.detectors import BY_NAME, Measured
from feedback.embedding import WIDTH
from feedback.failure_modes.clustering import normalise
from feedback.failures.records import list_portions
from tracing.filter_sql import Where
from tracing.store import Store

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2149, 1, 1)
"""Between which the store's days are."""

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]
NOTHING: Floats = np.zeros(0)


class Place(Protocol):
    """A segment: None stands for all prompt versions, or all models."""

    @property
    def service_name(self) -> str: ...
    @property
    def environment(self) -> str: ...
    @property
    def prompt_version(self) -> str | None: ...
    @property
    def model(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Observation:
    """What was measured of one conversation, and where it belongs."""

    conversation_id: str
    day: date
    """UTC, on which it began."""
    time_ns: int
    service_name: str = ""
    environment: str = ""
    prompt_version: str = ""
    model: str = ""
    language: str = ""
    measured: Mapping[str, Measured] = field(default_factory=dict)
    """By the names of metrics, in their order."""
    text_hash: int = 0
    """Of the message that `vector` was made of; 0 where nothing was said."""
    vector: bytes = b""
    """As `feedback.failures.records.pack_vectors` packs it."""
    told: int = 0
    """Digest of what the conversation's estimate rests on."""
    code_version: str = ""
    """Of what measured it."""
    version: int = 0
    """When it was written (microseconds)."""


@dataclass(frozen=True, slots=True, eq=False)
class DayRow:
    """What a day was like in one segment, as `drift_days` holds it: `metrics` name the places of `counts`, `sums` and
    `squares`; those of topics belong to the project's topics of `topics_version`."""

    day: date
    service_name: str
    environment: str
    prompt_version: str
    model: str
    conversations: float
    metrics: tuple[str, ...] = ()
    counts: Floats = field(default_factory=lambda: NOTHING)
    sums: Floats = field(default_factory=lambda: NOTHING)
    squares: Floats = field(default_factory=lambda: NOTHING)
    topic_counts: Floats = field(default_factory=lambda: NOTHING)
    answer_counts: Floats = field(default_factory=lambda: NOTHING)
    answer_sums: Floats = field(default_factory=lambda: NOTHING)
    answer_squares: Floats = field(default_factory=lambda: NOTHING)
    texts: float = 0.0
    features: Floats = field(default_factory=lambda: NOTHING)
    topics_version: int = 0


def load_days(store: Store, project_id: int, since: date | None = None, until: date | None = None) -> list[DayRow]:
    """By day and segment, both days included; None is the first or the last there is."""
    bound = {"since": since or FIRST_DAY, "until": until or LAST_DAY}
    return [read_day(row) for row in store.query("drift/sql/drift_days.sql", project_id=project_id, **bound)]


def read_day(row: Mapping[str, Any]) -> DayRow:
    arrays = ("counts", "sums", "squares", "topic_counts", "answer_counts", "answer_sums", "answer_squares", "features")
    told = {name: np.array(row[name], np.float64) for name in arrays}
    return DayRow(**{**row, **told, "metrics": tuple(row["metrics"])})


def write_days(
    store: Store,
    project_id: int,
    rows: Sequence[DayRow],
    gone: Collection[tuple[date, str, str, str, str]],
    version: int,
) -> None:
    """Write rows in `version` (microseconds); segments that are `gone` from a day lose theirs of it."""
    columns: dict[str, list[Any]] = {"project_id": [project_id] * len(rows), "version": [version] * len(rows)}
    for each in fields(DayRow):
        values = [getattr(row, each.name) for row in rows]
        columns[each.name] = [value.tolist() if isinstance(value, np.ndarray) else value for value in values]
    columns["metrics"] = [list(row.metrics) for row in rows]
    store.insert("drift_days", columns)
    names = ("day", "service_name", "environment", "prompt_version", "model")
    deleted: dict[str, list[Any]] = {name: [key[place] for key in gone] for place, name in enumerate(names)}
    rest = {"project_id": [project_id], "version": [version], "is_deleted": [1]}
    store.insert("drift_days", deleted | {name: value * len(gone) for name, value in rest.items()})


def load_filtered_days(
    store: Store,
    project_id: int,
    where: Where,
    since: date | None = None,
    until: date | None = None,
    *,
    language: str = "",
) -> list[DayRow]:
    """Days of the conversations that match, in one segment without names, without topics and features; `language` is
    the project's most common one, without which other languages are not counted."""
    bound = {"since": since or FIRST_DAY, "until": until or LAST_DAY, "language": language}
    days: dict[date, dict[str, tuple[float, float, float]]] = {}
    for row in store.query("drift/sql/filtered_days.sql", where, project_id=project_id, **bound):
        days.setdefault(row["day"], {})[row["metric"]] = (row["count"], row["sum"], row["squares"])
    return [build_day(day, told) for day, told in days.items()]


def build_day(day: date, told: Mapping[str, tuple[float, float, float]]) -> DayRow:
    names = tuple(sorted(name for name in told if name in BY_NAME))
    columns = np.array([told[name] for name in names], np.float64).reshape(-1, 3).T
    return DayRow(day, "", "", "", "", told["conversations"][0], names, *columns)


def load_vectors(
    store: Store, project_id: int, segment: Place | None, since: date | None, until: date | None, limit: int
) -> tuple[list[str], Vectors]:
    """The same conversations each time, and a row of length one for each; of a segment, or of all."""
    found = store.query_columns(
        "drift/sql/vectors.sql",
        project_id=project_id,
        since=since or FIRST_DAY,
        until=until or LAST_DAY,
        services=[segment.service_name] if segment else [],
        environments=[segment.environment] if segment else [],
        prompt_versions=list_one(segment.prompt_version if segment else None),
        models=list_one(segment.model if segment else None),
        limit=limit,
    )
    ids = list(found.get("conversation_id", ()))
    return ids, unpack(found["packed"]) if ids else np.empty((0, WIDTH), np.float32)


def list_one(value: str | None) -> list[str]:
    return [] if value is None else [value]


def unpack(packed: Sequence[bytes]) -> Vectors:
    """Rows of length one."""
    numbers = np.frombuffer(b"".join(packed), np.int8).reshape(len(packed), WIDTH)
    return normalise(numbers.astype(np.float32))


def write_observations(
    store: Store,
    project_id: int,
    rows: Sequence[Observation],
    gone: Collection[tuple[date, str]] = (),
    version: int = 0,
) -> None:
    """Write rows in `version` (microseconds); conversations that are `gone` from a day lose theirs of it."""
    store.insert("observations", to_columns(project_id, rows, version))
    deleted: dict[str, list[Any]] = {
        "project_id": [project_id] * len(gone),
        "day": [day for day, _ in gone],
        "conversation_id": [conversation_id for _, conversation_id in gone],
        "version": [version] * len(gone),
        "is_deleted": [1] * len(gone),
    }
    store.insert("observations", deleted)


def to_columns(project_id: int, rows: Sequence[Observation], version: int) -> dict[str, list[Any]]:
    measured = [list(row.measured.values()) for row in rows]
    names = ("conversation_id", "day", "service_name", "environment", "prompt_version", "model", "language")
    return {
        "project_id": [project_id] * len(rows),
        **{name: [getattr(row, name) for row in rows] for name in names},
        "time": [row.time_ns for row in rows],
        "metrics": [list(row.measured) for row in rows],
        "counts": [[each.count for each in own] for own in measured],
        "sums": [[each.sum for each in own] for own in measured],
        "squares": [[each.square for each in own] for own in measured],
        "vector": [row.vector for row in rows],
        "text_hash": [row.text_hash for row in rows],
        "told": [row.told for row in rows],
        "code_version": [row.code_version for row in rows],
        "version": [version] * len(rows),
    }


def load_observations(store: Store, project_id: int, conversation_ids: Collection[str]) -> dict[str, Observation]:
    """By conversation, those that there are of these."""
    rows: Iterable[Mapping[str, Any]] = (
        row
        for ids in list_portions(conversation_ids)
        for row in store.query(
            "drift/sql/observations_of_conversations.sql", project_id=project_id, conversation_ids=ids
        )
    )
    return {row["conversation_id"]: read_observation(row) for row in rows}


def read_observation(row: Mapping[str, Any]) -> Observation:
    told = zip(row["counts"], row["sums"], row["squares"], strict=True)
    measured = {name: Measured(*each) for name, each in zip(row["metrics"], told, strict=True)}
    vector = row["packed"] if row["has_vector"] else b""
    plain = {each.name: row[each.name] for each in fields(Observation) if each.name not in ("measured", "vector")}
    return Observation(**plain, measured=measured, vector=vector)
