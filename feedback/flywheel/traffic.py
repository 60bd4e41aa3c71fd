"""What a dataset is held against, from the store: the ids of the conversations that match its definition come in,
whether rows come from them or not, and what a sample of them is like goes out."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b

from feedback.datasets.inspecting.coverage import OPENING_CHARACTERS, SAMPLE, Seen, Traffic
from feedback.flywheel.reading import load_modes
from feedback.models import FailureMode
from tracing.store import Store

IDS_AT_ONCE = 1_000


def load_traffic(store: Store, project_id: int, ids: Sequence[str]) -> Traffic:
    """The same ids give the same sample, in whatever order they come."""
    sampled = sorted(ids, key=_draw)[:SAMPLE]
    seen = [each for part in _cut(sampled) for each in _load_seen(store, project_id, part)]
    modes = FailureMode.objects.filter(project_id=project_id, number__in={each.failure_mode for each in seen})
    titles = {mode.number: mode.name or mode.found_title for mode in modes.order_by("number")}
    return Traffic(len(ids), seen, titles)


def _draw(conversation_id: str) -> tuple[bytes, str]:
    return blake2b(conversation_id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), conversation_id


def _cut(ids: list[str]) -> Iterator[list[str]]:
    return (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))


def _load_seen(store: Store, project_id: int, ids: list[str]) -> Iterator[Seen]:
    """Those of these that there still are, in this order."""
    path = "feedback/sql/seen_conversations.sql"
    rows = store.query(path, project_id=project_id, conversation_ids=ids, characters=OPENING_CHARACTERS)
    known = {row["conversation_id"]: row for row in rows}
    modes = load_modes(store, project_id, ids)
    for row in (known[key] for key in ids if key in known):
        yield Seen(row["conversation_id"], row["opening"], tuple(row["models"]), modes.get(row["conversation_id"], 0))
