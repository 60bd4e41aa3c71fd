"""Columns of a table come in with a change; the same columns with every text in them changed go out.

One walk for everything that changes texts before they are stored: each text is told with the name of its attribute or
column and its type. What is no text of somebody's stays: ids of traces and spans, times, numbers of ours, kinds.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

Strings = Mapping[str, str]


class Change(Protocol):
    """What becomes of texts and of the names of attributes."""

    def change(self, key: str, text: str, kind: str = "") -> str | None:
        """The text that is stored; None where there is to be none, and no attribute of this name. `kind`: empty for a
        text, else as in `tracing.receive.values`."""

    def change_name(self, key: str) -> str:
        """The name under which an attribute is stored."""

    def leaves(self, strings: Strings, types: Strings) -> bool:
        """Whether attributes certainly stay as they are: told by one look at all of them."""


TEXTS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "otel_traces": {
        "TraceState": ("trace_state", ""),
        "SpanName": ("span.name", ""),
        "ServiceName": ("service.name", ""),
        "ScopeName": ("otel.scope.name", ""),
        "ScopeVersion": ("otel.scope.version", ""),
        "StatusMessage": ("status.message", ""),
    },
    "otel_logs": {
        "SeverityText": ("severity_text", ""),
        "ServiceName": ("service.name", ""),
        "Body": ("body", "BodyType"),
        "ScopeName": ("otel.scope.name", ""),
        "ScopeVersion": ("otel.scope.version", ""),
        "EventName": ("event.name", ""),
    },
    "feedback": {
        "identifier": ("identifier", ""),
        "name": ("name", ""),
        "label": ("label", ""),
        "explanation": ("explanation", ""),
        "correction": ("correction", ""),
        "metadata": ("metadata", ""),
        "conversation_id": ("conversation_id", ""),
        "message_id": ("message_id", ""),
    },
    "reviews": {"better_answer": ("better_answer", ""), "note": ("note", "")},
    "asks": {
        "user_id": ("user_id", ""),
        "conversation_id": ("conversation_id", ""),
        "message_id": ("message_id", ""),
    },
}
"""Columns of texts: the name that a text is told with, and the column of its type, where it has one."""
LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "otel_traces": {"Events.Name": "event.name", "Links.TraceState": "trace_state"}
}
"""Columns of lists of texts."""
MAPS: Final[Mapping[str, Mapping[str, str]]] = {
    "otel_traces": {"SpanAttributes": "SpanAttributeTypes", "ResourceAttributes": "ResourceAttributeTypes"},
    "otel_logs": {"LogAttributes": "LogAttributeTypes", "ResourceAttributes": "ResourceAttributeTypes"},
}
"""Columns of attributes, and of their types."""
MAP_LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "otel_traces": {"Events.Attributes": "EventAttributeTypes", "Links.Attributes": "LinkAttributeTypes"}
}
"""Columns of lists of attributes, and of their types."""

Columns = Mapping[str, Sequence[Any]]


def change_columns(table: str, columns: Columns, change: Change) -> dict[str, list[Any]]:
    """The columns with all their texts changed; those without texts are the same lists."""
    changed: dict[str, Any] = dict(columns)
    for name, (key, types) in TEXTS.get(table, {}).items():
        if name in columns:
            changed[name] = change_texts(key, columns[name], columns.get(types), change)
            if types in columns:
                changed[types] = forget_types(columns[types], columns[name], changed[name])
    for name, key in LISTS.get(table, {}).items():
        if name in columns:
            changed[name] = [change_texts(key, texts, None, change) if texts else texts for texts in columns[name]]
    for name, types in MAPS.get(table, {}).items():
        if name in columns:
            changed[name], changed[types] = change_maps(columns[name], columns[types], change)
    for name, types in MAP_LISTS.get(table, {}).items():
        if name in columns:
            pairs = [
                change_maps(maps, kinds, change) if maps else (maps, kinds)
                for maps, kinds in zip(columns[name], columns[types], strict=True)
            ]
            changed[name], changed[types] = [maps for maps, _ in pairs], [kinds for _, kinds in pairs]
    return changed


def change_texts(key: str, texts: Sequence[str], types: Sequence[str] | None, change: Change) -> list[str]:
    if types is None:
        return [change.change(key, text) or "" for text in texts]
    return [change.change(key, text, kind) or "" for text, kind in zip(texts, types, strict=True)]


def forget_types(types: Sequence[str], before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The types that still hold."""
    return [
        keep_type(kind, is_same=old == new) if kind else kind
        for kind, old, new in zip(types, before, after, strict=True)
    ]


def keep_type(kind: str, *, is_same: bool) -> str:
    """A number that became something else is a text; JSON and bytes stay what they were.

    >>> keep_type("int", is_same=False), keep_type("array", is_same=False)
    ('', 'array')
    """
    return kind if is_same or kind not in ("int", "double", "bool", "empty") else ""


def change_maps(
    maps: Sequence[Strings], types: Sequence[Strings], change: Change
) -> tuple[list[Strings], list[Strings]]:
    """Attributes and their types; rows of one resource share their maps, which are changed once."""
    known: dict[int, tuple[Strings, Strings]] = {}
    changed = []
    for strings, kinds in zip(maps, types, strict=True):
        pair = known.get(id(strings))
        if pair is None:
            pair = known[id(strings)] = change_map(strings, kinds, change)
        changed.append(pair)
    return [strings for strings, _ in changed], [kinds for _, kinds in changed]


def change_map(strings: Strings, types: Strings, change: Change) -> tuple[Strings, Strings]:
    """The same maps where nothing changes. Of names that become one the last value stays."""
    if change.leaves(strings, types):
        return strings, types
    changed: dict[str, str | None] = {}
    renamed = False
    for key, text in strings.items():
        after = change.change(key, text, types.get(key, ""))
        if after is not text and after != text:
            changed[key] = after
        renamed = renamed or change.change_name(key) != key
    if not changed and not renamed:
        return strings, types
    kept = {key: new for key, before in strings.items() if (new := changed.get(key, before)) is not None}
    kinds = {
        key: kind
        for key, before in types.items()
        if key in kept and (kind := keep_type(before, is_same=key not in changed))
    }
    return (
        {change.change_name(key): text for key, text in kept.items()},
        {change.change_name(key): kind for key, kind in kinds.items()},
    )
