"""What stands in the place of a text that is not kept: a text comes in, a stand-in goes out that tells its length.

A stand-in opens with a noncharacter, which the door takes out of everything that comes in (`drop_marks`): no text of a
user looks like one. With a secret of the project it also tells equal texts apart from others, so that a history that
was answered again, or a call that was made twice, is still known. White space around a text, or another kind of it
inside, makes no difference.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b

MARK, END = "\ufdd0", "\ufdd1"
STAND_IN = re.compile(f"{MARK}([0-9]+)( [g-v]{{16}})?{END}")
FORGED = re.compile(rf"[{MARK}{END}]|\\u[fF][dD][dD][01]")
"""The marks themselves, and as JSON inside a text may write them."""
REPLACEMENT = "\ufffd"
WHITE_SPACE = b" \t\r\n\v\f"
LETTERS = str.maketrans("0123456789abcdef", "ghijklmnopqrstuv")
"""A digest has no numbers: texts that differ in numbers alone are the same to whoever looks for machines."""


def stand_in(text: str, secret: bytes) -> str:
    """What is stored for a text. Nothing stands for nothing, and a stand-in for itself."""
    if not text or MARK in text:
        return text
    said = text.encode("utf-8", "surrogatepass").translate(None, WHITE_SPACE)
    digest = blake2b(said, key=secret, digest_size=8).hexdigest().translate(LETTERS)
    return f"{MARK}{len(text.strip())} {digest}{END}"


def drop_text(text: str) -> str:
    """What stands in its place when its time is over: how long it was, and no more.

    >>> describe(drop_text("Where is my order?"))
    '[text not kept: 18 characters]'
    """
    return f"{MARK}{len(text)}{END}" if text and MARK not in text else text


def is_kept(text: str) -> bool:
    """Whether a text is there as it was said."""
    return MARK not in text


def is_purged(text: str) -> bool:
    """Whether it was there for a while: its stand-in tells no more than how long it was."""
    return any(match[2] is None for match in STAND_IN.finditer(text)) if MARK in text else False


def are_kept(texts: Iterable[str]) -> bool:
    return all(map(is_kept, texts))


def count_characters(text: str) -> int:
    """How long a text is, or was."""
    gone = sum(int(match[1]) - len(match[0]) for match in STAND_IN.finditer(text)) if MARK in text else 0
    return len(text) + gone


def blank(text: str) -> str:
    """The text, or nothing where it is not kept: what whoever reads words is given."""
    return text if MARK not in text else ""


def describe(text: str) -> str:
    """What people and programs read: the text, with words in the place of stand-ins.

    >>> describe(stand_in("Where is my order?", b"secret"))
    '[text not kept: 18 characters]'
    """
    return STAND_IN.sub(tell, text) if MARK in text else text


def tell(match: re.Match[str]) -> str:
    count = int(match[1])
    return f"[text not kept: {count:,} {'character' if count == 1 else 'characters'}]"


def is_clean(text: str) -> bool:
    """Whether nothing in a text, or in many that stand behind each other, looks like a mark."""
    return (text.isascii() or (MARK not in text and END not in text)) and "\\u" not in text


def drop_marks(text: str) -> str:
    """A text as it may come in: what looks like a stand-in is none."""
    if is_clean(text):
        return text
    return FORGED.sub(lambda found: REPLACEMENT if len(found[0]) == 1 else r"\ufffd", text)
