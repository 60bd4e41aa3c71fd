"""Fields of a request's body in, attributes out: what the requests of all providers have in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeGuard

from opentelemetry.util.types import AttributeValue

from tacit import attributes as keys
from tacit.clients.messages import encode_messages
from tacit.fields import get_field, get_text
from tacit.serialisation import make_encodable

Attributes: TypeAlias = dict[str, AttributeValue]
ReadRequest: TypeAlias = Callable[[Mapping[str, Any]], Attributes]

_INTEGER_LIMIT: Final = 2**63


def get_path(value: object, *names: str) -> object:
    """The field at the end of a path of fields; None where it breaks off."""
    for name in names:
        if value is None:
            return None
        value = get_field(value, name)
    return value


def read_numbers(body: object, names: Mapping[str, str]) -> Attributes:
    """The fields that are numbers, by attribute; `names` gives each field's."""
    found = {attribute: get_field(body, name) for name, attribute in names.items()}
    return {key: number for key, number in found.items() if is_number(number)}


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is one that a span can carry."""
    if isinstance(value, bool):
        return False
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < _INTEGER_LIMIT)


def read_texts(body: object, names: Mapping[str, str]) -> Attributes:
    """The fields that are texts with something in them, by attribute."""
    found = {attribute: get_text(body, name) for name, attribute in names.items()}
    return {key: make_encodable(text) for key, text in found.items() if text}


def read_stop_sequences(stop: object) -> Attributes:
    """One text, or a list of them."""
    texts = [stop] if isinstance(stop, str) else stop if isinstance(stop, (list, tuple)) else []
    sequences = [make_encodable(text) for text in texts if isinstance(text, str)]
    return {keys.REQUEST_STOP_SEQUENCES: sequences} if sequences else {}


def read_output_format(output_format: object) -> Attributes:
    """`json` for each of the ways to ask for JSON."""
    kind = get_text(output_format, "type")
    return {keys.OUTPUT_FORMAT: "json" if kind.startswith("json") else kind} if kind else {}


def write_list(key: str, members: Sequence[Mapping[str, Any]]) -> Attributes:
    """Messages, parts or tools as JSON; nothing where there are none."""
    return {key: encode_messages(members)} if members else {}
