"""A value and its name come in, what the two tell together goes out: `"phone": "2648830"` is a phone by its name."""

import re
from collections.abc import Iterable
from typing import Final

from tracing.personal_data.finding import Finding

LONGEST_NAMED: Final = 200
"""Characters of a text up to which its name tells what it is."""
_LONGEST_NAME: Final = 40
_HARMLESS: Final = re.compile(r"page|cursor|next|continu|csrf|etag", re.IGNORECASE)
"""In names of values that are drawn at random and open nothing."""
_BETWEEN_WORDS: Final = re.compile(r"[_\W]+|(?<=[a-z])(?=[A-Z])")


def introduce_name(name: str) -> str:
    """How a value's name stands before it in a sentence.

    >>> introduce_name("customerPhone"), introduce_name("date_of_birth")
    ('customer Phone: ', 'date of birth: ')
    """
    return _BETWEEN_WORDS.sub(" ", name[:_LONGEST_NAME]).strip() + ": "


def is_harmless_name(name: str) -> bool:
    """Whether what is called so is no secret, though it looks like one.

    >>> is_harmless_name("nextPageToken"), is_harmless_name("api_token")
    (True, False)
    """
    return _HARMLESS.search(name) is not None


def shift_findings(found: Iterable[Finding], by: int) -> list[Finding]:
    """Findings at the places that they have without the first so many characters."""
    return [
        Finding(each.kind, each.start - by, each.end - by, each.confidence, each.name, each.sample, each.public)
        for each in found
        if each.start >= by
    ]
