"""Each thing is said once and never both ways: rows in order come in, the rows that stay and what was dropped
go out. Of equal rows the first stays; rows that contradict each other all go."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence

from feedback.datasets.messages import normalise_messages
from feedback.datasets.record import Reason, Record


def drop_contradictions(records: Sequence[Record]) -> tuple[list[Record], Counter[Reason]]:
    """Drop every record whose text is labelled the other way round in another record."""
    verdicts: dict[str, set[str]] = defaultdict(set)
    claims = [read_claim(record) for record in records]
    for subject, verdict in claims:
        verdicts[subject].add(verdict)
    kept = [record for record, (subject, _) in zip(records, claims, strict=True) if len(verdicts[subject]) == 1]
    return kept, Counter({Reason.CONTRADICTION: len(records) - len(kept)})


def drop_duplicates(records: Sequence[Record]) -> tuple[list[Record], Counter[Reason]]:
    """Drop every record that says the same as an earlier one."""
    first: dict[tuple[str, str], Record] = {}
    for record in records:
        first.setdefault(read_claim(record), record)
    return list(first.values()), Counter({Reason.DUPLICATE: len(records) - len(first)})


def read_claim(record: Record) -> tuple[str, str]:
    """Return what the record is about and what it says of it: hashes that white space does not change."""
    answer, other = normalise_messages(record.completion), normalise_messages(record.rejected)
    context = [normalise_messages(record.prompt), json.dumps(record.tools, sort_keys=True, default=str)]
    subject = [*context, *sorted((answer, other))]
    return _hash(subject), _hash([str(record.label), answer])


def _hash(texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
