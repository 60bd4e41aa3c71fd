"""A message comes in, the same message with everything that the person only pasted blanked out goes out.

Code, logs, tables, links and quotations are full of "error", "wrong" and "not", and say nothing about the
person. They become spaces, so that offsets into the result are offsets into the message.
"""

import re
from functools import lru_cache

MAX_CHARACTERS = 8_000
"""Text detectors look no further: what a person types themselves is shorter, and time stays bounded."""

_LEVELS = ("Traceback ", "ERROR", "WARN", "INFO", "DEBUG", "FATAL")
_PASTED = tuple(
    (marks, re.compile(pattern, flags))
    for marks, pattern, flags in (
        (("```",), r"```.*?(?:```|\Z)", re.DOTALL),
        (("`",), r"`[^`\n]*`", 0),
        ((">",), r"^ {0,3}>.*$", re.MULTILINE),
        (("://", "www.", "WWW."), r"(?:https?://|www\.|WWW\.)\S+", 0),
        # An indented line of a stack trace, a line that opens with a time, a level, or the name of an error.
        (("at ", "File "), r"^[ \t]+(?:at |File \").*$", re.MULTILINE),
        ((":",), r"^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*$", re.MULTILINE),
        (_LEVELS, r"^(?:Traceback |\[?(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL)\b[\]:]?).*$", re.MULTILINE),
        (":[(", r"^[\w.$]*(?:error|exception|failed|fatal|panic)\b *[:\[(].*$", re.MULTILINE | re.IGNORECASE),
        # A row of a table.
        (";|\t", r"^(?:[^;\n]*;){3,}.*$|^(?:[^|\n]*\|){3,}.*$|^(?:[^\t\n]*\t){2,}.*$", re.MULTILINE),
        ('"“«„「', r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|„[^“”\n]*[“”]|「[^」\n]*」", 0),
    )
)
"""Each with what a text must hold for it, one of these, before it is looked at closely."""
_NOT_NEWLINE = re.compile(r"[^\n]")


def _blank(match: re.Match[str]) -> str:
    return _NOT_NEWLINE.sub(" ", match.group())


@lru_cache(1024)
def blank_pasted(text: str) -> str:
    """Return the first `MAX_CHARACTERS` of `text`, every pasted character replaced by a space.

    >>> blank_pasted('still "not found" in `main`')
    'still             in       '
    """
    own = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()  # half a surrogate is not a letter
    for marks, pattern in _PASTED:
        if any(mark in own for mark in marks):
            own = pattern.sub(_blank, own)
    return own
