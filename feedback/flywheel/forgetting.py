"""Who is to be forgotten: a user or a conversation comes in, and from then on no version of a dataset holds anything of
theirs. What is kept is a digest with the project's secret, which says of a known id whether it was forgotten, and of a
forgotten one not whose it was."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count, Max

from feedback.flywheel.places import MANIFEST, SUBJECTS, find_directory, find_files, remove_directory
from feedback.models import Dataset, DatasetVersion, ForgettingSecret, ForgottenSubject
from tracing.filter_language import quote
from tracing.models import Project

State = DatasetVersion.State
USER, CONVERSATION = "user", "conversation"
LONGEST_ID = 2_000
PORTION = 1_000
STAND_IN = "forgotten"
"""What stands in definitions where the id was."""

IsForgotten = Callable[[str, str], bool]
"""By user id (may be empty) and conversation id."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """Until where a build knew who was to be forgotten."""

    count: int
    last: datetime | None


def forget(project: Project, *, user_id: str = "", conversation_id: str = "", who: str, now: datetime) -> int:
    """Leave a user, a conversation or both out of every later build; the number of versions that were withdrawn, as
    they held them.

    Those lose their files and keep a manifest without ids. What is not finished yet begins anew without them. Done
    again it does what is left to do. Raises ValueError where nobody is named.
    """
    return forget_subjects(project, name_subjects(user_id, conversation_id), who=who, now=now)


def forget_subjects(project: Project, subjects: Collection[tuple[str, str]], *, who: str, now: datetime) -> int:
    """The same of any number of kinds and ids."""
    digests = digest_subjects(project.pk, subjects)
    # Committed before versions are looked at: what begins from now on knows of it.
    ForgottenSubject.objects.bulk_create(
        [ForgottenSubject(project=project, digest=each, at=now, by=who) for each in sorted(digests)],
        batch_size=PORTION,
        ignore_conflicts=True,
    )
    versions = DatasetVersion.objects.filter(project=project).exclude(state=State.WITHDRAWN).order_by("pk")
    withdrawn = sum(let_go(each, now) for each in versions if holds(each, digests))
    strip_definitions(project, [name for _, name in subjects])
    return withdrawn


def name_subjects(user_id: str, conversation_id: str) -> list[tuple[str, str]]:
    """Kinds and ids of what is to be forgotten."""
    named = [(kind, name) for kind, name in ((USER, user_id), (CONVERSATION, conversation_id)) if name]
    if not named:
        raise ValueError("Name the user or the conversation that is to be forgotten.")
    if any(len(name) > LONGEST_ID for _, name in named):
        raise ValueError(f"An id has {LONGEST_ID:,} characters at most.")
    return named


def digest_subject(secret: str, kind: str, name: str) -> str:
    return hashlib.sha256(f"{secret} {kind} {name}".encode("utf-8", "surrogatepass")).hexdigest()


def digest_subjects(project_id: int, subjects: Iterable[tuple[str, str]]) -> set[str]:
    secret = load_secret(project_id)
    return {digest_subject(secret, kind, name) for kind, name in subjects}


def load_secret(project_id: int) -> str:
    return ForgettingSecret.objects.get_or_create(project_id=project_id)[0].secret


def load_forgotten(project_id: int) -> IsForgotten:
    """Who is forgotten in a project by now."""
    digests = frozenset(ForgottenSubject.objects.filter(project_id=project_id).values_list("digest", flat=True))
    secret = load_secret(project_id) if digests else ""

    def is_forgotten(user_id: str, conversation_id: str) -> bool:
        named = ((USER, user_id), (CONVERSATION, conversation_id))
        return any(name and digest_subject(secret, kind, name) in digests for kind, name in named)

    return is_forgotten if digests else lambda _user_id, _conversation_id: False


def read_watermark(project_id: int) -> Watermark:
    found = ForgottenSubject.objects.filter(project_id=project_id).aggregate(count=Count("pk"), last=Max("at"))
    return Watermark(found["count"], found["last"])


def count_forgotten(project: Project) -> int:
    """How many users and conversations were forgotten."""
    return read_watermark(project.pk).count


def count_affected(project: Project, *, user_id: str = "", conversation_id: str = "") -> int:
    """How many versions `forget` would withdraw. Raises ValueError where nobody is named."""
    digests = digest_subjects(project.pk, name_subjects(user_id, conversation_id))
    built = DatasetVersion.objects.filter(project=project, state=State.BUILT)
    return sum(holds(version, digests) for version in built)


def write_subjects(version: DatasetVersion, subjects: Iterable[tuple[str, str]]) -> None:
    """Keep whom a version holds: users (may be empty) and conversations, as digests. Raises OSError."""
    named = {
        (kind, name)
        for user_id, conversation_id in subjects
        for kind, name in ((USER, user_id), (CONVERSATION, conversation_id))
        if name
    }
    digests = digest_subjects(version.project_id, named)
    path = find_directory(version) / SUBJECTS
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text("".join(f"{digest}\n" for digest in sorted(digests)), encoding="ascii")
    beside.replace(path)


def holds(version: DatasetVersion, digests: Collection[str]) -> bool:
    """Whether a version holds anybody of these."""
    path: Path = find_directory(version) / SUBJECTS
    if not path.is_file():
        return False
    with path.open(encoding="ascii") as lines:
        return any(line.rstrip("\n") in digests for line in lines)


def let_go(version: DatasetVersion, now: datetime, why: str = "") -> bool:
    """Remove what a version holds; whether it was built, and is withdrawn by that. `why` is said where nobody is to be
    forgotten."""
    for _ in range(3):  # whoever builds it may move it on meanwhile
        version.refresh_from_db()
        rows = DatasetVersion.objects.filter(pk=version.pk, state=version.state)
        if version.state == State.BUILT:
            changes = {name: strip_ids(getattr(version, name)) for name in ("inspection", "manifest")} | {
                "problem": why
            }
            if rows.update(state=State.WITHDRAWN, withdrawn_at=now, expires_at=None, **changes):
                remove_directory(version.key)
                return True
        elif version.state in (State.STOPPED, State.WITHDRAWN):
            return False
        elif rows.update(**begin_anew(version)):
            remove_directory(version.key)
            return False
    return False


def begin_anew(version: DatasetVersion) -> dict[str, Any]:
    """What makes an unfinished version collect its rows once more; one that failed waits until somebody says so."""
    is_failed = version.state == State.FAILED
    return {
        "state": State.FAILED if is_failed else State.COLLECTING,
        "begins_anew": True,
        "inspection": None,
        "done": 0,
        "total": None,
        "doing": "" if is_failed else "begins anew without somebody who is to be forgotten",
        "ended_at": version.ended_at if is_failed else None,
    }


def strip_ids(told: Any) -> Any:
    """An inspection or a manifest without what names conversations: previews, and what was shown to click on."""
    if isinstance(told, Mapping):
        return {name: [] if name in ("preview", "outliers") else strip_ids(value) for name, value in told.items()}
    return [strip_ids(each) for each in told] if isinstance(told, list) else told


def strip_definitions(project: Project, names: Iterable[str]) -> None:
    """Take these ids out of what people wrote into datasets and their filters."""
    spelled = {spelling for name in names for spelling in (name, quote(name)[1:-1])}
    patterns = [re.compile(rf"(?<![\w-]){re.escape(each)}(?![\w-])") for each in sorted(spelled)]
    with transaction.atomic():
        for dataset in Dataset.objects.select_for_update().filter(project=project):
            save_stripped(dataset, ("name", "description", "definition"), patterns)
        for version in DatasetVersion.objects.select_for_update().filter(project=project):
            save_stripped(version, ("definition", "manifest"), patterns)


def rewrite_manifests(project: Project) -> int:
    """Have the manifests among the files say what those of the database say by now; how many did not."""
    count = 0
    for version in DatasetVersion.objects.filter(project=project, state=State.BUILT).order_by("pk"):
        path = find_files(version) / MANIFEST
        if path.is_file() and json.loads(path.read_bytes()) != version.manifest:
            beside = path.with_suffix(".new")
            written = json.dumps(version.manifest, ensure_ascii=False, indent=2)
            beside.write_bytes(written.encode("utf-8", "replace") + b"\n")
            beside.replace(path)
            count += 1
    return count


def save_stripped(row: Dataset | DatasetVersion, names: Iterable[str], patterns: Iterable[re.Pattern[str]]) -> None:
    """Save those of these fields that hold such an id, without it."""
    changed = {
        name: stripped for name in names if (stripped := strip(getattr(row, name), patterns)) != getattr(row, name)
    }
    if "name" in changed:  # two may be called the same now
        changed["name"] = f"{changed['name']} {row.number}"
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.save(update_fields=sorted(changed))


def strip(told: Any, patterns: Iterable[re.Pattern[str]]) -> Any:
    """The same with a stand-in for what the patterns find, in texts of any depth."""
    if isinstance(told, str):
        for pattern in patterns:
            told = pattern.sub(STAND_IN, told)
        return told
    if isinstance(told, Mapping):
        return {name: strip(value, patterns) for name, value in told.items()}
    return [strip(each, patterns) for each in told] if isinstance(told, list) else told
