"""A batch that is about to be stored with its texts hidden: columns come in and are changed in place.

One list for each table that takes texts from outside; ids, times, numbers and names of services are in none of them.
"""

from collections.abc import Callable
from typing import Any

from tracing.texts.hiding import Cleaner, Hider

Columns = dict[str, list[Any]]
Hides = Hider | Cleaner


def hide_spans(columns: Columns, hider: Hides) -> None:
    columns["SpanName"] = list(map(hider.hide_name, columns["SpanName"]))
    columns["StatusMessage"] = list(map(hider.hide_error, columns["StatusMessage"]))
    hide_maps(columns, "SpanAttributes", "SpanAttributeTypes", hider)
    hide_resources(columns, hider)
    columns["Events.Name"] = [list(map(hider.hide_name, names)) for names in columns["Events.Name"]]
    for name, types in (("Events.Attributes", "EventAttributeTypes"), ("Links.Attributes", "LinkAttributeTypes")):
        columns[name] = [
            [hider.hide_map(strings, kinds) for strings, kinds in zip(of_row, of_types, strict=True)]
            for of_row, of_types in zip(columns[name], columns[types], strict=True)
        ]


def hide_logs(columns: Columns, hider: Hides) -> None:
    columns["Body"] = [
        hider.hide_body(body, kind) for body, kind in zip(columns["Body"], columns["BodyType"], strict=True)
    ]
    columns["SeverityText"] = list(map(hider.hide_name, columns["SeverityText"]))
    columns["EventName"] = list(map(hider.hide_name, columns["EventName"]))
    hide_maps(columns, "LogAttributes", "LogAttributeTypes", hider)
    hide_resources(columns, hider)


def hide_feedback(columns: Columns, hider: Hides) -> None:
    for name in ("explanation", "correction"):
        columns[name] = list(map(hider.hide, columns[name]))
    columns["label"] = list(map(hider.hide_name, columns["label"]))
    columns["metadata"] = list(map(hider.hide_json, columns["metadata"]))


def hide_reviews(columns: Columns, hider: Hides) -> None:
    for name in ("better_answer", "note"):
        columns[name] = list(map(hider.hide, columns[name]))


def hide_maps(columns: Columns, name: str, types: str, hider: Hides) -> None:
    columns[name] = list(map(hider.hide_map, columns[name], columns[types]))


def hide_resources(columns: Columns, hider: Hides) -> None:
    """All records of a request share few resources: each is walked once."""
    known: dict[int, Any] = {}
    told = columns["ResourceAttributes"]
    for strings, types in zip(told, columns["ResourceAttributeTypes"], strict=True):
        if id(strings) not in known:
            known[id(strings)] = hider.hide_resource(strings, types)
    columns["ResourceAttributes"] = [known[id(strings)] for strings in told]


HIDE: dict[str, Callable[[Columns, Hides], None]] = {
    "otel_traces": hide_spans,
    "otel_logs": hide_logs,
    "feedback": hide_feedback,
    "reviews": hide_reviews,
}
"""By table."""


def hide_columns(table: str, columns: Columns, hider: Hides) -> None:
    """Hide every text of a batch; a table that takes none is left as it is."""
    if table in HIDE:
        HIDE[table](columns, hider)
