"""A project's rules of masking in Django's database, and the door by which rows are masked before they are stored.

Rules are remembered for a moment: a change holds at once in the process that made it, within seconds in all others.
"""

import hashlib
import hmac
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from tracing import figures
from tracing.masking import Masker, Masking, Pattern, change_columns
from tracing.masking.preview import Preview, preview_masking
from tracing.models import MaskingRules
from tracing.receive.decoding import ColumnBatch
from tracing.store import Store

REMEMBERED_SECONDS = 2.0
MOST_REMEMBERED = 10_000
PREVIEWED_SPANS = 200

_remembered: dict[int, tuple[float, Masking]] = {}
_times_forgotten = 0


def load_masking(project_id: int) -> Masking:
    """The rules as they are now."""
    row = MaskingRules.objects.filter(project_id=project_id).first()
    return read_row(row) if row else Masking()


def read_row(row: MaskingRules) -> Masking:
    return Masking(
        kinds=frozenset(row.kinds),
        patterns=tuple(Pattern(each["name"], each["expression"]) for each in row.patterns),
        dropped=tuple(row.dropped),
        hides_users=row.hides_users,
    )


def describe_masking(masking: Masking) -> dict[str, Any]:
    """As JSON."""
    return {
        "kinds": sorted(masking.kinds),
        "patterns": [{"name": each.name, "expression": each.expression} for each in masking.patterns],
        "dropped": list(masking.dropped),
        "hides_users": masking.hides_users,
    }


def load_timeouts(project_id: int) -> dict[str, int]:
    """How many texts were left out since the rules hold, by the pattern that took too long."""
    row = MaskingRules.objects.filter(project_id=project_id).first()
    return row.timeouts if row else {}


def preview_rules(store: Store, project_id: int, masking: Masking) -> Preview:
    """What rules would hide in the latest spans of a project; nothing changes."""
    columns = store.query_columns("tracing/sql/recent_spans.sql", project_id=project_id, limit=PREVIEWED_SPANS)
    return preview_masking(masking, find_secret(project_id), columns)


def save_masking(project_id: int, masking: Masking) -> None:
    """Keep rules that were checked; what is stored already stays as it is."""
    MaskingRules.objects.update_or_create(project_id=project_id, defaults=describe_masking(masking) | {"timeouts": {}})
    forget_masking()
    transaction.on_commit(forget_masking)


def forget_masking() -> None:
    """Read rules again at their next use."""
    global _times_forgotten
    _times_forgotten += 1
    _remembered.clear()


def find_masking(project_id: int) -> Masking:
    """The rules as they were a moment ago."""
    now = time.monotonic()
    until, masking = _remembered.get(project_id, (0.0, None))
    if masking is None or now >= until:
        before = _times_forgotten
        masking = load_masking(project_id)
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        if before == _times_forgotten:  # else what was read may be what was to be forgotten
            _remembered[project_id] = (now + REMEMBERED_SECONDS, masking)
    return masking


def make_masker(project_id: int) -> Masker:
    """For one request of the project."""
    return Masker(find_masking(project_id), find_secret(project_id))


def find_secret(project_id: int) -> bytes:
    """What pseudonyms of a project are made with."""
    return hmac.new(settings.SECRET_KEY.encode(), f"masking {project_id}".encode(), hashlib.sha256).digest()


def mask_batch(table: str, batch: ColumnBatch) -> ColumnBatch:
    """The rows as they may be stored; those of a batch are of one project."""
    batch.columns = mask_columns(table, batch.columns)
    return batch


def mask_columns(table: str, columns: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The same for columns. Raises ValueError where they are of several projects."""
    projects = set(columns["project_id"])
    if len(projects) > 1:
        raise ValueError(f"Rows of {len(projects)} projects came at once; rules of masking are those of one.")
    for project_id in projects:
        masker = make_masker(project_id)
        if not masker.masking.changes_nothing:
            columns = change_columns(table, columns, masker)
            count_timeouts(project_id, masker.timeouts)
    return dict(columns)


def mask_text(project_id: int, text: str) -> str:
    """One text of a person, as it may be stored."""
    masker = make_masker(project_id)
    masked = masker.mask_text(text)
    count_timeouts(project_id, masker.timeouts)
    return masked


def mask_id(project_id: int, text: str, key: str = "identifier") -> str:
    """An id as it is stored: what is looked up by an id that came from outside goes through here first."""
    return make_masker(project_id).mask_id(text, key)


def count_timeouts(project_id: int, timeouts: Counter[str]) -> None:
    """Note texts that were left out since a pattern took too long."""
    if not timeouts:
        return
    figures.MASKED_WHOLE.inc(timeouts.total())
    with transaction.atomic():
        row = MaskingRules.objects.select_for_update().filter(project_id=project_id).first()
        if row is not None:
            row.timeouts = dict(Counter(row.timeouts) + timeouts)
            row.save(update_fields=["timeouts"])
