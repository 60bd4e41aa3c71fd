"""What the ledger of one service and environment knows, as a row of Django's database and in this process's memory.

A row is unpacked once: `saved` counts how often it was written, so that a process knows whether what it remembers is
still what stands there.
"""

import json
import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import blake2b

from drift.ledger import Call, Event, Ledger
from drift.models import LedgerState

LATE_NS = 600 * 10**9
"""A call that began so long before the latest one that was read tells nothing of what is in use now."""
AHEAD_NS = LATE_NS
"""How far a service's clock may be ahead of ours."""
MOST_RECENT = 12_000
"""Calls that are remembered as read: more than a batch has, so that it can be done twice."""
MOST_SEGMENTS = 200
"""Of a project; those beyond are not watched."""
IN_MEMORY = 64
FAST = 1
MARK_LENGTH = 8
"""So that one call in hundreds of thousands is taken for one that was read, and not counted."""

Segment = tuple[str, str]
"""Service and environment."""


class StateMovedError(Exception):
    """Another process has written the state meanwhile: the batch is to be done again."""


@dataclass(slots=True)
class Known:
    """A ledger, and which calls it has read."""

    ledger: Ledger = field(default_factory=Ledger)
    began_ns: int = 0
    """When its first call began."""
    read_until_ns: int = 0
    changed_ns: int = 0
    """When the latest change was; calls of before say nothing of what is in use now."""
    recent: OrderedDict[str, None] = field(default_factory=OrderedDict)
    """Calls that were read, the last at the end."""
    saved: int = 0
    pk: int | None = None

    def is_to_read(self, call: Call, now_ns: int) -> bool:
        is_in_time = max(self.changed_ns, self.read_until_ns - LATE_NS) <= call.time_ns <= now_ns + AHEAD_NS
        return is_in_time and mark(call) not in self.recent

    def read(self, call: Call) -> list[Event]:
        """One call, the next in time; the events that it makes."""
        events = self.ledger.read_call(call)
        self.began_ns = self.began_ns or call.time_ns
        self.read_until_ns = max(self.read_until_ns, call.time_ns)
        if events:
            self.changed_ns = max(self.changed_ns, call.time_ns)
        self.recent[mark(call)] = None
        if len(self.recent) > MOST_RECENT:
            self.recent.popitem(last=False)
        return events


def mark(call: Call) -> str:
    """What stands for a call."""
    told = f"{call.trace_id}/{call.span_id}".encode("utf-8", "replace")
    return blake2b(told, digest_size=MARK_LENGTH // 2).hexdigest()


def pack(known: Known) -> bytes:
    kept = {
        "ledger": known.ledger.to_json(),
        "began_ns": known.began_ns,
        "changed_ns": known.changed_ns,
        "recent": "".join(known.recent),
    }
    return zlib.compress(json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace"), FAST)


def unpack(archive: bytes) -> Known:
    kept = json.loads(zlib.decompress(archive))
    recent = kept["recent"]
    marks = (recent[at : at + MARK_LENGTH] for at in range(0, len(recent), MARK_LENGTH))
    return Known(
        Ledger.from_json(kept["ledger"]),
        kept["began_ns"],
        changed_ns=kept["changed_ns"],
        recent=OrderedDict.fromkeys(marks),
    )


class States:
    """Those of a process; for one thread at a time."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, Segment], Known] = OrderedDict()

    def forget(self) -> None:
        self._known.clear()

    def take(self, project_id: int, segment: Segment) -> Known | None:
        """What stands of a segment, out of memory where that is the same: who takes it gives it back, or it is read
        again. None where the project has very many segments already."""
        kept = self._known.pop((project_id, segment), None)
        rows = LedgerState.objects.filter(project_id=project_id)
        row = rows.filter(service_name=segment[0], environment=segment[1])
        saved = row.values_list("saved", flat=True).first()
        if saved is None:
            return Known() if rows.count() < MOST_SEGMENTS else None
        if kept is not None and kept.saved == saved:
            return kept
        return load(row.get())

    def give(self, project_id: int, segment: Segment, known: Known) -> None:
        self._known[project_id, segment] = known
        if len(self._known) > IN_MEMORY:
            self._known.popitem(last=False)


def load(row: LedgerState) -> Known:
    known = unpack(bytes(row.archive))
    known.read_until_ns, known.saved, known.pk = row.read_until_ns, row.saved, row.pk
    return known


def save(project_id: int, segment: Segment, known: Known) -> None:
    """Write it down; inside the caller's transaction."""
    values = {"archive": pack(known), "read_until_ns": known.read_until_ns, "saved": known.saved + 1}
    if known.pk is None:
        service_name, environment = segment
        row = LedgerState.objects.create(
            project_id=project_id, service_name=service_name, environment=environment, **values
        )
        known.pk = row.pk
    elif not LedgerState.objects.filter(pk=known.pk, saved=known.saved).update(**values):
        raise StateMovedError
    known.saved += 1
