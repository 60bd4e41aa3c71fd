"""The same text in the same characters: rows come in and go out without what nobody sees.

Composed letters (NFC), plain line ends; no control characters, marks that hide or turn text round, or broken halves of
characters. What is invisible splits words before the eyes of every recogniser, and hides orders to models.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from feedback.datasets.cleaning.texts import change_texts, read_json
from feedback.datasets.record import Record
from feedback.datasets.steps import Context, RowStep
from tracing.generations import Message

_LINE_ENDS: Final = re.compile("\r\n?|[\x85\u2028\u2029]")
_CONTROLS: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
_HIDDEN: Final = (
    "\xad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff"
    "\ufdd0-\ufdef\U000e0000-\U000e0fff\U0001fffe\U0001ffff"
)
"""No width, another direction, tags, the character for what could not be read, and what is no character."""
_SHOWN: Final = re.compile(
    "(?P<kept>\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f"  # a flag, such as Scotland's
    "|(?<=[^\x00-\x7f\u200b-\u200f])[\u200c\u200d](?=[^\x00-\x7f\u200b-\u200f])"  # joins letters
    "|[\ufe00-\ufe0f](?![\ufe00-\ufe0f])|[\U000e0100-\U000e01ef](?![\U000e0100-\U000e01ef]))"  # one variant of a sign
    f"|[{_CONTROLS}{_HIDDEN}\u200c\u200d\ufe00-\ufe0f]"
)
_ESCAPE: Final = re.compile(r"(?<!\\)(?P<before>(?:\\\\)*)\\u(?P<code>[0-9A-Fa-f]{4})")
_UNUSUAL: Final = re.compile("[^\n\t\x20-\x7e]")


def normalise_characters(text: str) -> str:
    """Return the text as a reader sees it.

    >>> normalise_characters("ig\\u200bnore\\r\\nall\\u202e cafe\\u0301")
    'ignore\\nall café'
    """
    if text.isascii() and not _UNUSUAL.search(text):
        return text
    previous = None
    while text != previous:
        previous = text
        text = unicodedata.normalize("NFC", _drop_hidden(_mend_surrogates(text)))
    return text


def _mend_surrogates(text: str) -> str:
    """Pairs become the character that they stand for, halves go."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _drop_hidden(text: str) -> str:
    plain = _LINE_ENDS.sub("\n", text)
    return _SHOWN.sub(lambda match: match["kept"] or "", plain)


def normalise_rows(records: Sequence[Record], _context: Context) -> Sequence[Record]:
    return [_normalise(record) for record in records]


def _normalise(record: Record) -> Record:
    known = replace(
        record,
        prompt=_name_plainly(record.prompt),
        completion=_name_plainly(record.completion),
        rejected=_name_plainly(record.rejected),
        tools=tuple(_rename_keys(tool) for tool in record.tools),
    )
    return change_texts(known, lambda text, _place: normalise_characters(unescape_json(text)))


def unescape_json(text: str) -> str:
    """JSON with its characters as they are: some write `+` and `ö` as `\\u002B` and `\\u00f6`, where nobody finds them.

    >>> unescape_json('{"phone": "\\\\u002B45 32 12 34 57"}')
    '{"phone": "+45 32 12 34 57"}'
    """
    if "\\u" not in text or (value := read_json(text)) is None:
        return text
    plain = _ESCAPE.sub(_unescape, text)
    return plain if read_json(plain) == value else text


def _unescape(match: re.Match[str]) -> str:
    character = chr(int(match["code"], 16))
    return match["before"] + character if character.isprintable() and character not in '"\\' else match[0]


def _name_plainly(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Messages with plain names and keys, and with the types of their parts alone: what the parts say stands in the
    content as well, and unclean."""
    return tuple(
        replace(
            message,
            parts=tuple({"type": part.get("type", "")} for part in message.parts),
            tool_calls=tuple(
                replace(call, name=normalise_characters(call.name), arguments=_rename_keys(call.arguments))
                for call in message.tool_calls
            ),
        )
        if message.parts or message.tool_calls
        else message
        for message in messages
    )


def _rename_keys(value: Any) -> Any:
    """Of keys that look alike the last one stays, as in JSON."""
    if isinstance(value, Mapping):
        return {
            normalise_characters(key) if isinstance(key, str) else key: _rename_keys(member)
            for key, member in value.items()
        }
    return [_rename_keys(member) for member in value] if isinstance(value, list | tuple) else value


NORMALISATION = RowStep("normalisation", normalise_rows)
