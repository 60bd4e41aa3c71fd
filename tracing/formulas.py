"""Texts that spreadsheets would take for formulas: a text comes in, a cell goes out that is a text to all of them.

An apostrophe before it says so, and is not shown. Everything that we write as CSV goes through here.
"""

import re
from typing import Final

GUARD: Final = "'"
FORMULA: Final = re.compile(r"[\s\"\ufeff]*[=+\-@|%\uff0b\uff0d\uff1d\uff20]|[\t\r\n]|'")
_INNER = r"(?=[=+@|%\uff0b\uff1d\uff20]|[-\uff0d][^\s-])"
INNER: Final = re.compile(rf"([;\t\r\n][\s\"]*)('*){_INNER}")
"""Where a new cell begins for a spreadsheet that takes semicolons for separators, as in much of Europe. A list in
Markdown is no formula."""
GUARDED: Final = re.compile(rf"([;\t\r\n][\s\"]*)'('*){_INNER}")


def guard_cell(text: str) -> str:
    """
    >>> [guard_cell(text) for text in ("=1+1", "'tis", "1 = 1", "a;=1")]
    ["'=1+1", "''tis", '1 = 1', "a;'=1"]
    """
    guarded = INNER.sub(r"\1'\2", text)
    return GUARD + guarded if FORMULA.match(guarded) else guarded


def unguard_cell(cell: str) -> str:
    """The text that was guarded.

    >>> [unguard_cell(guard_cell(text)) for text in ("''=1", "a;'=1", "\\n=1")]
    ["''=1", "a;'=1", '\\n=1']
    """
    return GUARDED.sub(r"\1\2", cell.removeprefix(GUARD))
