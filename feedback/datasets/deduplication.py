"""Each thing is said once and never both ways: outlines come in, those that stay and what was dropped go out. Of equal
rows the surest stays, of those the earliest; rows that contradict each other all go."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import sha256

from feedback.datasets.messages import normalise_messages
from feedback.datasets.outline import Outline
from feedback.datasets.record import Reason, Record
from feedback.datasets.sureness import rank


def drop_contradictions(rows: Sequence[Outline]) -> tuple[list[Outline], Counter[Reason]]:
    """Drop every row whose text is labelled the other way round in another row."""
    claims: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        claims[row.subject].add(row.claim)
    kept = [row for row in rows if len(claims[row.subject]) == 1]
    return kept, Counter({Reason.CONTRADICTION: len(rows) - len(kept)})


def drop_duplicates(rows: Sequence[Outline]) -> tuple[list[Outline], Counter[Reason]]:
    """Drop every row that says the same as a surer or earlier one."""
    first: dict[tuple[str, str], int] = {}
    for row in sorted(rows, key=rank):
        first.setdefault((row.subject, row.claim), row.place)
    places = set(first.values())
    kept = [row for row in rows if row.place in places]
    return kept, Counter({Reason.DUPLICATE: len(rows) - len(kept)})


def read_claim(record: Record) -> tuple[str, str]:
    """Return what the record is about and what it says of it: digests that white space does not change."""
    answer, other = normalise_messages(record.completion), normalise_messages(record.rejected)
    context = [normalise_messages(record.prompt), json.dumps(record.tools, sort_keys=True, default=str)]
    subject = [*context, *sorted((answer, other))]
    return _digest(subject), _digest([str(record.label), answer])


def _digest(texts: Sequence[str]) -> str:
    return sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
