"""What kind of thing a row's user asked: a record comes in, a digest goes out that is equal where only numbers, names
and placeholders differ."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from feedback.datasets.labels.wording import split_words
from feedback.datasets.record import Record

_SENTENCE_ENDS: Final = (".", "!", "?", "…", ":", '."', '!"', '?"')
_PLACEHOLDER: Final = re.compile(r"[<\[]\w+[>\]]")
_DIGIT: Final = re.compile(r"\d")
_OPENING: Final = "\"'“„‘(¿¡«*#-"
_CAPITALISE_NOUNS: Final = frozenset({"de", "lb"})


def find_template(record: Record) -> str:
    """Of all that the user asked up to the row's answer; empty where they wrote nothing."""
    capitals_name = record.language not in _CAPITALISE_NOUNS
    asked = [_make_plain(message.content, capitals_name) for message in record.prompt if message.role == "user"]
    if not any(asked):
        return ""
    return sha256("\n".join(asked).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _make_plain(text: str, capitals_name: bool) -> str:
    """The text as it is where nothing else is left of it."""
    plain = " ".join(split_words(" ".join(_list_words(_PLACEHOLDER.sub(" ", text), capitals_name))))
    return plain or " ".join(text.split())


def _list_words(text: str, capitals_name: bool) -> Iterator[str]:
    """Those that are neither numbers nor names: a capital that does not begin a sentence makes a name."""
    for line in text.splitlines():
        begins = True
        for word in line.split():
            if not _DIGIT.search(word) and (begins or not capitals_name or not _is_name(word)):
                yield word
            begins = word.endswith(_SENTENCE_ENDS)


def _is_name(word: str) -> bool:
    bare = word.lstrip(_OPENING)
    return bare[:1].isupper() and not bare.isupper()
