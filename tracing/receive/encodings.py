"""Bodies of OTLP to messages and back: protobuf, and JSON in OTLP's own mapping (`json_mapping`).

Source: OTLP specification 1.9, "JSON Protobuf Encoding". Whatever a sender wrote, the worst answer is
`InvalidBodyError`; texts that are no Unicode are mended, for one bad letter must not cost a batch.
"""

import json
from enum import StrEnum
from typing import Any

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import DecodeError, Message

from tracing.receive.json_mapping import fill_message
from tracing.receive.unicode import mend_texts


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
    try:
        document = json.loads(data.decode("utf-8-sig", "replace"), parse_constant=str)
        try:
            return read_document(document, kind)
        except UnicodeEncodeError:
            return read_document(replace_surrogates(document), kind)
    except (ValueError, RecursionError) as error:
        raise InvalidBodyError(f"The body is no {kind.DESCRIPTOR.name} in JSON: {str(error)[:500]}") from error


def read_document(document: Any, kind: type[Message]) -> Message:
    message: Message = kind()
    fill_message(message, document)
    return message


def replace_surrogates(document: Any) -> Any:
    """The same document with U+FFFD for every half of a surrogate pair that stands alone."""
    text = json.dumps(document, ensure_ascii=False)
    return json.loads(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"), parse_constant=str)


def write_message(message: Message, encoding: Encoding) -> bytes:
    if encoding is Encoding.JSON:
        return str(MessageToJson(message, indent=None)).encode()
    return bytes(message.SerializeToString())
