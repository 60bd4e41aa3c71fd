"""Bodies of OTLP to messages and back: protobuf, and JSON in OTLP's own mapping (hex ids, enumerations as numbers).

Source: OTLP specification 1.9, "JSON Protobuf Encoding". Whatever a sender wrote, the worst answer is
`InvalidBodyError`; texts that are no Unicode are mended, for one bad letter must not cost a batch.
"""

import base64
import json
import re
from enum import StrEnum
from typing import Any

from google.protobuf.json_format import MessageToJson, ParseDict, ParseError
from google.protobuf.message import DecodeError, Message

from tracing.receive.unicode import mend_texts

ID_FIELDS = ("traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id")
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Encoding(StrEnum):
    """How a body is written; the value is its content type."""

    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"


class InvalidBodyError(ValueError):
    """The body is no message of the kind that was expected."""


def parse_message(data: bytes, kind: type[Message], encoding: Encoding) -> Message:
    """The message that `data` holds. Raises InvalidBodyError."""
    if encoding is Encoding.JSON:
        return parse_json(data, kind)
    message: Message = kind()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return parse_mended(data, kind)
    return message


def parse_mended(data: bytes, kind: type[Message]) -> Message:
    """The message of a body that protobuf refuses, after letters that are no Unicode were replaced."""
    message: Message = kind()
    try:
        message.ParseFromString(mend_texts(data, kind.DESCRIPTOR))
    except (DecodeError, ValueError) as error:
        raise InvalidBodyError(f"The body is no {kind.DESCRIPTOR.name}: {error}") from error
    return message


def parse_json(data: bytes, kind: type[Message]) -> Message:
    message: Message = kind()
    try:
        text = data.decode("utf-8-sig", "replace")
        if ESCAPED_SURROGATE.search(text):
            text = replace_surrogates(text)
        document = json.loads(text, object_hook=decode_ids, parse_constant=str)
        if not isinstance(document, dict):
            raise TypeError("it is no object")
        ParseDict(document, message, ignore_unknown_fields=True)
    except (ParseError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise InvalidBodyError(f"The body is no {kind.DESCRIPTOR.name} in JSON: {str(error)[:500]}") from error
    return message


def replace_surrogates(text: str) -> str:
    """JSON with U+FFFD for every half of a surrogate pair that stands alone."""
    plain = json.dumps(json.loads(text), ensure_ascii=False)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def decode_ids(fields: dict[str, Any]) -> dict[str, Any]:
    """Ids from hex, which OTLP writes, to base64, which protobuf's JSON reads; what is no hex becomes empty."""
    for name in ID_FIELDS:
        value = fields.get(name)
        if isinstance(value, str):
            fields[name] = base64.b64encode(decode_hex(value)).decode()
    return fields


def decode_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def write_message(message: Message, encoding: Encoding) -> bytes:
    if encoding is Encoding.JSON:
        return str(MessageToJson(message, indent=None)).encode()
    return bytes(message.SerializeToString())
