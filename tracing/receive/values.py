"""OTLP's attribute values as the texts of a string map, and the types that the texts lose beside them.

Texts are what the Collector's ClickHouse exporter writes. Nothing is lost up to documented limits; what is cut beyond
them ends with a mark that people see, and its key stands in `tacit.truncated` of the same map.
Source: opentelemetry-collector-contrib, exporter/clickhouseexporter; opentelemetry-proto, common.proto.
"""

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

TRUNCATED_ATTRIBUTE = "tacit.truncated"
MAX_NAMED_KEYS = 1_000
"""So many keys `tacit.truncated` names; then it says how many more there are."""

Strings = dict[str, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one value and one map may hold."""

    value_characters: int = 2_000_000
    attributes: int = 20_000


DEFAULT_LIMITS = Limits()


def decode_attributes(
    attributes: Sequence[KeyValue], limits: Limits = DEFAULT_LIMITS, cut: Sequence[str] = ()
) -> tuple[Strings, Strings]:
    """Values as texts by key, and the types of those that were not texts; `cut` names what was cut beside them."""
    strings: Strings = {}
    types: Strings = {}
    keys_cut = list(cut)
    longest = limits.value_characters
    for attribute in attributes if len(attributes) <= limits.attributes else attributes[: limits.attributes]:
        key = attribute.key
        value = attribute.value
        text = value.string_value
        if text:
            type_name = ""
        else:
            text, type_name = decode_value(value)
        if len(text) > longest:
            text, type_name = cut_text(text, longest), ""
            keys_cut.append(key)
        strings[key] = text
        if type_name:
            types[key] = type_name
        elif key in types:
            del types[key]
    if len(attributes) > limits.attributes:
        keys_cut += [attribute.key for attribute in attributes[limits.attributes :]]
    if keys_cut:
        name_truncated(strings, types, keys_cut)
    return strings, types


def cut_text(text: str, longest: int) -> str:
    """The beginning of `text`, and a mark that says how long it was; the whole text where that is short enough."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… [cut by Tacit: {longest:,} of {len(text):,} characters]"


def name_truncated(strings: Strings, types: Strings, keys: list[str]) -> None:
    """Say in the map itself what was cut, or left out, of it."""
    named = [cut_text(key, MAX_NAMED_KEYS) for key in keys[:MAX_NAMED_KEYS]]
    if len(keys) > MAX_NAMED_KEYS:
        named.append(f"… {len(keys) - MAX_NAMED_KEYS:,} more")
    strings[TRUNCATED_ATTRIBUTE] = json.dumps(named, ensure_ascii=False)
    types[TRUNCATED_ATTRIBUTE] = "array"


def decode_value(value: AnyValue) -> tuple[str, str]:
    """A value as the Collector would write it, and its type, empty for a text."""
    if value.int_value:  # by far the most frequent, and quicker to ask than which kind it is
        return str(value.int_value), "int"
    kind = value.WhichOneof("value")
    if kind == "int_value":
        return "0", "int"
    if kind == "string_value":
        return value.string_value, ""
    if kind == "double_value":
        return format_double(value.double_value), "double"
    if kind == "bool_value":
        return ("true" if value.bool_value else "false"), "bool"
    if kind == "array_value":
        return json.dumps(to_json(value), ensure_ascii=False), "array"
    if kind == "kvlist_value":
        return json.dumps(to_json(value), ensure_ascii=False), "kvlist"
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode(), "bytes"
    return "", "empty"


def format_double(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return repr(number)


def to_json(value: AnyValue) -> Any:
    """A nested value as JSON has it; NaN and infinities as strings, bytes as base64."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [to_json(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {item.key: to_json(item.value) for item in value.kvlist_value.values}
    if kind == "double_value":
        number = value.double_value
        return number if math.isfinite(number) else format_double(number)
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return getattr(value, kind) if kind else None
