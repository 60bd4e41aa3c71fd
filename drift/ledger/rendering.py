"""Templates as people read them."""

import re

_WIDE = re.compile(r"(?<=\S) {2,}(?=\S)")


def tidy(text: str) -> str:
    """The text without double spaces inside lines, which joined pieces leave."""
    return _WIDE.sub(" ", text).strip()
