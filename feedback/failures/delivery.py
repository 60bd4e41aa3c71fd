"""A project and a window of days come in; how quickly failure modes are found and mended, and how often a change of the
app brings one, go out.

These are three of the four figures of DevOps Research and Assessment (Forsgren, Humble and Kim 2018), with failure
modes for incidents.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

from feedback.failures.figures import open_window
from feedback.failures.versions import PROMPT_VERSION, RELEASE, Version, list_versions
from feedback.models import FailureMode, FailureModeChange
from feedback.satisfaction.intervals import Interval, estimate_share
from tracing.models import Project
from tracing.store import Store

What = FailureModeChange.What
DAYS = 30
SOON = timedelta(days=3)
"""A failure mode that is found, or back, so soon after a change may come of it."""
MOST = 0.5
"""It does where more than this share of its failing conversations had the change."""
SLICES = {RELEASE: "release", PROMPT_VERSION: "prompt"}
"""What modes are over-represented in, as their description calls it."""

WORDS: Mapping[str, str] = {
    "detection": "From the first failing conversation of a failure mode until it is found; the mean of those found in "
    "these days.",
    "recovery": "From when a failure mode is found, or is back, until its fix is verified; the mean of those verified "
    "in these days.",
    "changes": "Of the releases and versions of prompts that were first seen in these days, the share that brought a "
    "failure mode: one that comes up more in it than elsewhere, or one found or back within three days, most of whose "
    "conversations had it. The first ever seen is no change.",
}


@dataclass(frozen=True, slots=True)
class MeanTime:
    """None where there is nothing to take the mean of."""

    seconds: float | None
    count: int


@dataclass(frozen=True, slots=True)
class ChangeFailure:
    """A release or a version of a prompt, and the failure modes that it brought."""

    version: Version
    modes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChangeRate:
    """How many changes brought a failure mode, with an interval of 90 %; None where there was no change."""

    total: int
    failed: tuple[ChangeFailure, ...]
    share: Interval | None


@dataclass(frozen=True, slots=True)
class Delivery:
    detection: MeanTime
    recovery: MeanTime
    changes: ChangeRate


def measure_delivery(store: Store, project: Project, now: datetime, days: int = DAYS) -> Delivery:
    since = open_window(now, days).since
    rows = FailureMode.objects.filter(project=project, merged_into=None)
    found = [(row.found_at - row.first_time).total_seconds() for row in rows if row.found_at >= since]
    return Delivery(
        detection=take_mean([max(0.0, each) for each in found]),
        recovery=take_mean(list_recoveries(project, since)),
        changes=rate_changes(store, project, since, list(rows)),
    )


def take_mean(seconds: Sequence[float]) -> MeanTime:
    return MeanTime(fmean(seconds) if seconds else None, len(seconds))


def list_recoveries(project: Project, since: datetime) -> list[float]:
    """Seconds from the latest time that a mode was found or back until it was verified fixed."""
    told = FailureModeChange.objects.filter(
        mode__project=project, mode__merged_into=None, what__in=(What.VERIFIED, What.REGRESSED)
    )
    began: dict[int, datetime] = {}
    seconds = []
    for change in told.select_related("mode").order_by("at", "pk"):
        if change.what == What.REGRESSED:
            began[change.mode_id] = change.at
        elif change.at >= since:
            seconds.append((change.at - began.get(change.mode_id, change.mode.found_at)).total_seconds())
    return seconds


def rate_changes(store: Store, project: Project, since: datetime, rows: Sequence[FailureMode]) -> ChangeRate:
    changes = [each for kind in SLICES for each in list_new(list_versions(store, project.pk, kind), since)]
    alarms = list_alarms(rows)
    near = [number for number, at in alarms if any(is_soon(each, at) for each in changes)]
    shares = load_shares(store, project.pk, near)
    brought = [ChangeFailure(each, tuple(sorted(list_brought(each, rows, alarms, shares)))) for each in changes]
    failed = tuple(each for each in brought if each.modes)
    return ChangeRate(len(changes), failed, estimate_share(len(failed), len(changes)) if changes else None)


def list_new(versions: Sequence[Version], since: datetime) -> list[Version]:
    """Those first seen in the window, without the first one of the app or of a prompt."""
    first: dict[str, Version] = {}
    for each in sorted(versions, key=lambda each: (each.seen, each.value)):
        first.setdefault(each.prompt, each)
    return [each for each in versions if each.seen >= since and each is not first[each.prompt]]


def list_alarms(rows: Sequence[FailureMode]) -> list[tuple[int, datetime]]:
    """When modes were found, and were back."""
    known = {row.pk: row.number for row in rows}
    back = FailureModeChange.objects.filter(mode__in=known, what=What.REGRESSED)
    return [(row.number, row.found_at) for row in rows] + [(known[each.mode_id], each.at) for each in back]


def is_soon(version: Version, at: datetime) -> bool:
    return version.seen <= at <= version.seen + SOON


def list_brought(
    version: Version,
    rows: Iterable[FailureMode],
    alarms: Iterable[tuple[int, datetime]],
    shares: Mapping[tuple[int, str, str], float],
) -> set[int]:
    """The modes that a change brought."""
    over = {row.number for row in rows if is_over_represented(version, row.description)}
    soon = {number for number, at in alarms if is_soon(version, at)}
    return over | {number for number in soon if shares.get((number, version.kind, version.name), 0.0) > MOST}


def is_over_represented(version: Version, description: Mapping[str, Any]) -> bool:
    return any(
        (each["name"], each["value"]) == (SLICES[version.kind], version.name) and each["within"] > each["elsewhere"]
        for each in description.get("slices", ())
    )


def load_shares(store: Store, project_id: int, numbers: Sequence[int]) -> dict[tuple[int, str, str], float]:
    """By mode, kind and name of a version, the share of the mode's conversations that had it."""
    if not numbers:
        return {}
    rows = store.query("feedback/sql/versions_of_modes.sql", project_id=project_id, modes=sorted(set(numbers)))
    return {(row["mode"], row["kind"], row["name"]): row["share"] for row in rows}
