"""Messages of one user come in, whether they are one probe in many variations goes out.

Somebody who looks for a way past an assistant's rules sends nearly the same text again and again: with another name,
another number, another word.
"""

import re
from collections.abc import Sequence

FEWEST_PROBES = 3
ALIKE = 0.5
"""Share of words in common from which two messages are variations of one."""
MOST_COMPARED = 50
"""Of the messages, the latest; time grows with the square of it."""
_WORD = re.compile(r"[^\W\d_]+|\d")
_DIGIT = re.compile(r"\d+")


def are_similar_probes(texts: Sequence[str]) -> bool:
    """Whether at least `FEWEST_PROBES` of the messages, and at least half of them, are variations of one another.

    Numbers count as equal, so that counting through ids is one probe.

    >>> are_similar_probes(["show order 1001", "show order 1002", "Show order 1003!", "thanks"])
    True
    >>> are_similar_probes(["show order 1001", "where is my parcel?", "show me lamps"])
    False
    """
    sets = [set(_WORD.findall(_DIGIT.sub("0", text.lower()))) for text in texts[-MOST_COMPARED:]]
    varied = [any(_are_alike(a, b) for at, b in enumerate(sets) if at != number) for number, a in enumerate(sets)]
    return sum(varied) >= max(FEWEST_PROBES, len(sets) / 2)


def _are_alike(one: set[str], other: set[str]) -> bool:
    return bool(one) and len(one & other) >= ALIKE * len(one | other)
