"""A message comes in, the same message with everything that the person only pasted blanked out goes out.

Code, logs, tables, links and quotations are full of "error", "wrong" and "not", and say nothing about the
person. They become spaces, so that offsets into the result are offsets into the message.
"""

import re

MAX_CHARACTERS = 8_000
"""Text detectors look no further: what a person types themselves is shorter, and time stays bounded."""

_PASTED = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"```.*?(?:```|\Z)", re.DOTALL),
        (r"`[^`\n]*`", 0),
        (r"^ {0,3}>.*$", re.MULTILINE),
        (r"(?:https?://|www\.)\S+", re.IGNORECASE),
        # An indented line of a stack trace, a line that opens with a time, a level, or the name of an error.
        (r"^[ \t]+(?:at |File \").*$", re.MULTILINE),
        (r"^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*$", re.MULTILINE),
        (r"^(?:Traceback |\[?(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL)\b[\]:]?).*$", re.MULTILINE),
        (r"^[\w.$]*(?:error|exception|failed|fatal|panic)\b *[:\[(].*$", re.MULTILINE | re.IGNORECASE),
        # A row of a table.
        (r"^(?:[^;\n]*;){3,}.*$|^(?:[^|\n]*\|){3,}.*$|^(?:[^\t\n]*\t){2,}.*$", re.MULTILINE),
        (r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|„[^“”\n]*[“”]|「[^」\n]*」", 0),
    )
)
_NOT_NEWLINE = re.compile(r"[^\n]")


def _blank(match: re.Match[str]) -> str:
    return _NOT_NEWLINE.sub(" ", match.group())


def blank_pasted(text: str) -> str:
    """Return the first `MAX_CHARACTERS` of `text`, every pasted character replaced by a space.

    >>> blank_pasted('still "not found" in `main`')
    'still             in       '
    """
    own = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()  # half a surrogate is not a letter
    for pattern in _PASTED:
        own = pattern.sub(_blank, own)
    return own
