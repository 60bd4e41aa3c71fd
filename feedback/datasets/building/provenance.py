"""Where each row comes from and why it is there, line by line beside the rows: never in them."""

import json
from dataclasses import fields
from hashlib import sha256
from typing import Any

from feedback.datasets.format import SplitName
from feedback.datasets.messages import Row
from feedback.datasets.record import Provenance, Record
from feedback.datasets.weighing.settling import Placed

FIELDS = [field.name for field in fields(Provenance)]
WHERE_THERE_IS_ONE = (
    *("detector", "version", "rejected_trace_id", "rejected_span_id", "pair_rule"),
    *("reviewers", "is_adjudicated"),
)


def tell_origin(split: SplitName, part: str, number: int, placed: Placed, record: Record, digest: str) -> Row:
    """The line of the row of that number in its split and part."""
    told: dict[str, Any] = {"split": split, **({"part": part} if part else {}), "row": number, "sha256": digest}
    values = ((name, getattr(record.provenance, name)) for name in FIELDS)
    told |= {name: value for name, value in values if value or name not in WHERE_THERE_IS_ONE}
    told |= {"propensity": placed.propensity, "weight": placed.weight}
    return told | ({"label": record.label} if record.label is not None else {})


def digest_row(row: Row) -> str:
    """The same for the same row in whichever version, format of file and order of its columns."""
    said = {name: value for name, value in row.items() if name != "tools" or value}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
