"""What kind of thing a row's user asked: a record comes in, a digest goes out that is equal where only numbers, names
and placeholders differ."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from feedback.datasets.record import Record
from feedback.datasets.wording import split_words

_SENTENCE: Final = re.compile(r"(?<=[.!?…。!?\n])\s+")
_PLACEHOLDER: Final = re.compile(r"[<\[]\w+[>\]]")
_CAPITALISE_NOUNS: Final = frozenset({"de", "lb"})


def find_template(record: Record) -> str:
    """Empty where the user wrote nothing."""
    asked = [message.content for message in record.prompt if message.role == "user"]
    capitals_name = record.language not in _CAPITALISE_NOUNS
    told = [" ".join(_list_words(text, capitals_name)) or " ".join(text.split()) for text in asked]
    if not any(told):
        return ""
    return sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _list_words(text: str, capitals_name: bool) -> Iterator[str]:
    """Those that are neither numbers nor names: a capital that does not begin a sentence makes a name."""
    for sentence in _SENTENCE.split(_PLACEHOLDER.sub(" ", text)):
        for place, token in enumerate(sentence.split()):
            if any(letter.isdigit() for letter in token):
                continue
            if place and capitals_name and token.lstrip("\"'“‘(¿¡«").istitle():
                continue
            yield from split_words(token)
