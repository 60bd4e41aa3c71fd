"""OTLP's mapping of JSON to its messages: ids in hex, 64-bit integers as texts or numbers, enumerations as numbers.

Fields that we do not know are passed over, names of enumerations and of fields in the file's own spelling are
understood. Quick, for it is what browsers and the exporters of JavaScript send: each kind of message is looked at
once, and remembered as one function for each of its fields.
Source: OTLP specification 1.9, "JSON Protobuf Encoding"; protobuf's "ProtoJSON Format".
"""

import base64
from collections.abc import Callable
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

ID_FIELDS = ("trace_id", "span_id", "parent_span_id")
MAX_DEPTH = 100
"""Messages inside of each other, as protobuf has it."""

Setter = Callable[[Any, Any, int], None]
Converter = Callable[[Any], Any]


class InvalidJsonError(ValueError):
    """A value that cannot be what its field is; the message names both."""


def fill_message(message: Message, value: Any) -> None:
    """Write the fields of the JSON object `value` into `message`.

    Raises InvalidJsonError, or UnicodeEncodeError where a text holds half of a surrogate pair.
    """
    fill_fields(message, value, message.DESCRIPTOR, 0)


def fill_fields(message: Message, value: Any, descriptor: Descriptor, depth: int) -> None:
    if not isinstance(value, dict):
        raise InvalidJsonError(f"{descriptor.name} must be an object, got {describe(value)}")
    if depth > MAX_DEPTH:
        raise InvalidJsonError(f"{descriptor.name} is nested over {MAX_DEPTH} deep")
    setters = list_setters(descriptor)
    for name, each in value.items():
        if each is None or name not in setters:
            continue
        try:
            setters[name](message, each, depth + 1)
        except (InvalidJsonError, UnicodeEncodeError):
            raise
        except (TypeError, ValueError, ArithmeticError) as error:
            raise InvalidJsonError(f"{name} cannot be {describe(each)}: {error}") from error


@cache
def list_setters(descriptor: Descriptor) -> dict[str, Setter]:
    """What writes each field, by its name in JSON and by its own."""
    setters: dict[str, Setter] = {}
    for field in descriptor.fields:
        setters[field.json_name] = setters[field.name] = make_setter(field)
    return setters


def make_setter(field: FieldDescriptor) -> Setter:
    return make_message_setter(field) if field.type == FieldDescriptor.TYPE_MESSAGE else make_value_setter(field)


def make_message_setter(field: FieldDescriptor) -> Setter:
    name, kind = field.name, field.message_type

    def add_messages(message: Any, value: Any, depth: int) -> None:
        add = getattr(message, name).add
        for each in check_list(name, value):
            fill_fields(add(), each, kind, depth)

    def set_message(message: Any, value: Any, depth: int) -> None:
        inner = getattr(message, name)
        inner.SetInParent()  # so that an empty list or map is one, too
        fill_fields(inner, value, kind, depth)

    return add_messages if field.is_repeated else set_message


def make_value_setter(field: FieldDescriptor) -> Setter:
    name, convert = field.name, choose_converter(field)

    def extend(message: Any, value: Any, _depth: int) -> None:
        getattr(message, name).extend([convert(each) for each in check_list(name, value)])

    def set_value(message: Any, value: Any, _depth: int) -> None:
        setattr(message, name, convert(value))

    return extend if field.is_repeated else set_value


def choose_converter(field: FieldDescriptor) -> Converter:
    """What turns a JSON value into one that the field takes."""
    if field.type == FieldDescriptor.TYPE_ENUM:
        numbers = {name: value.number for name, value in field.enum_type.values_by_name.items()}
        return lambda value: numbers.get(value, 0) if isinstance(value, str) else read_integer(value)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return decode_hex if field.name in ID_FIELDS else decode_base64
    converters: dict[int, Converter] = {
        FieldDescriptor.CPPTYPE_STRING: check_text,
        FieldDescriptor.CPPTYPE_BOOL: check_bool,
        FieldDescriptor.CPPTYPE_DOUBLE: read_number,
        FieldDescriptor.CPPTYPE_FLOAT: read_number,
    }
    return converters.get(field.cpp_type, read_integer)


def check_list(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidJsonError(f"{name} must be a list, got {describe(value)}")
    return value


def check_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("it must be a text")
    return value


def check_bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("it must be true or false")
    return value


def read_integer(value: Any) -> int:
    """An integer that is written as a number or as a text, also as 1.0 or 1e3."""
    if isinstance(value, bool):
        raise TypeError("it must be an integer")
    number = int(value)
    if isinstance(value, float) and number != value:
        raise ValueError("it must be an integer")
    return number


def read_number(value: Any) -> float:
    """A number; NaN and infinities are texts."""
    if isinstance(value, bool):
        raise TypeError("it must be a number")
    return float(value)


def decode_hex(value: Any) -> bytes:
    """An id; empty where it is no hex, so that its record alone is refused."""
    try:
        return bytes.fromhex(check_text(value))
    except ValueError:
        return b""


def decode_base64(value: Any) -> bytes:
    """Bytes in either alphabet of base64, padded or not."""
    text = check_text(value).translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def describe(value: Any) -> str:
    return repr(value)[:100]
