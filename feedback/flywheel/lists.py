"""Which conversations a version is made of, fixed once: what comes in later changes nothing, and a build that was cut
off goes on with the same ones, in the same batches."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from importlib.metadata import version as version_of
from pathlib import Path

from django.conf import settings

from feedback.datasets.building.source import HeldOut, Source
from feedback.flywheel.forgetting import read_watermark
from feedback.flywheel.reading import Choice, Found
from feedback.flywheel.versions import find_parent
from feedback.models import DatasetVersion
from tracing.filter_fields import NAMES, TEXT
from tracing.filter_language import AGE, read_filter
from tracing.models import Project

LIST = "conversations.json"


def load_list(work: Path) -> Choice | None:
    """The list in a directory of work; None where it was not made yet, or by another Tacit."""
    try:
        told = json.loads((work / LIST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if told["made_by"] != name_code():
        return None
    conversations = tuple(Found(*each) for each in told["conversations"])
    return Choice(conversations, told["machines_left_out"], HeldOut(**told["held_out"]))


def keep_list(work: Path, choice: Choice) -> None:
    """Write it whole or not at all. Raises OSError."""
    work.mkdir(parents=True, exist_ok=True)
    told = {
        "made_by": name_code(),
        "machines_left_out": choice.machines_left_out,
        "held_out": asdict(choice.held_out),
        "conversations": [[each.conversation_id, each.user_id, each.turns] for each in choice.conversations],
    }
    beside = work / f"{LIST}.new"
    beside.write_text(json.dumps(told), encoding="utf-8")
    beside.replace(work / LIST)


def describe_version_source(version: DatasetVersion, choice: Choice) -> Source:
    """The same of a version, with its place among those of its dataset."""
    source = describe_source(version.project, version.definition["filter"], version.until, choice)
    if version.dataset is None:
        return source
    parent = find_parent(version)
    return replace(
        source,
        dataset=version.dataset.number,
        name=version.dataset.name,
        version=version.number,
        parent=(parent.manifest or {}).get("id", "") if parent else "",
    )


def describe_source(project: Project, filter_text: str, until: datetime, choice: Choice) -> Source:
    """What the manifest tells of where the rows come from, and no time that does not decide which rows they are."""
    watermark = read_watermark(project.pk)
    return Source(
        project=project.slug,
        machines_left_out=choice.machines_left_out,
        holdout=choice.held_out,
        until=format_time(until) if counts_back(filter_text) else "",
        forgotten=watermark.count,
        last_forgotten=format_time(watermark.last) if watermark.last else "",
        commit=find_commit(),
    )


def format_time(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def counts_back(text: str) -> bool:
    """Whether a filter has a time that counts back from when it is asked.

    >>> counts_back("time:7d refund"), counts_back("time>2026-11-01"), counts_back('"7d"')
    (True, False, False)
    """
    given = read_filter(text).conditions
    times = [each for each in given if each.field != TEXT and NAMES[each.field].kind == "time"]
    return any(AGE.fullmatch(value.strip()) for each in times for value in each.values)


def name_code() -> str:
    """Tacit's version, and its commit where it runs from a repository."""
    return f"{version_of('tacit-server')} {find_commit()}".strip()


def find_commit(root: Path | None = None) -> str:
    """The commit of the repository that this code is run from; empty where it was installed."""
    git = (root or Path(settings.BASE_DIR)) / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="ascii").strip()
        if not head.startswith("ref: "):
            return head
        reference = head.removeprefix("ref: ")
        loose = git / reference
        return loose.read_text(encoding="ascii").strip() if loose.is_file() else find_packed(git, reference)
    except (OSError, ValueError):
        return ""


def find_packed(git: Path, reference: str) -> str:
    lines = (git / "packed-refs").read_text(encoding="ascii").splitlines()
    found = [line.split()[0] for line in lines if line.endswith(f" {reference}")]
    return found[0] if found else ""
