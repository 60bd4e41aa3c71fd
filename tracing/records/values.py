"""Values of spans and logs in the types that they were sent in: the strings of the Collector's layout come in."""

import json
from collections.abc import Mapping

from tracing.spans import AttributeValue


def restore_types(strings: Mapping[str, str], types: Mapping[str, str]) -> dict[str, AttributeValue]:
    """Values in the types that they were sent in. Bytes stay base64 text, as the API gives them."""
    return {key: restore(value, types[key]) if key in types else value for key, value in strings.items()}


def restore(text: str, type_name: str) -> AttributeValue:
    """One value; the text itself where it is none of that type, as after a cut."""
    try:
        return decode(text, type_name)
    except (ValueError, RecursionError):
        return text


def decode(text: str, type_name: str) -> AttributeValue:
    if type_name == "int":
        return int(text)
    if type_name == "double":
        return float(text)
    if type_name == "bool":
        return text == "true"
    if type_name in ("array", "kvlist"):
        decoded: AttributeValue = json.loads(text)
        return decoded
    return None if type_name == "empty" else text
