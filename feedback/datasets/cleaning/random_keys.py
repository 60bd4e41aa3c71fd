"""Keys of no known form: a text comes in, runs of letters and digits that somebody drew at random go out.

What is drawn changes between large letters, small ones and digits at every other sign; names and words seldom do.
Hashes in hexadecimal, identifiers and addresses are none.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tracing.personal_data import Finding
from tracing.personal_data.keys import is_placeholder, measure_entropy

LEAST_BITS: Final = 4.1
"""Entropy of a character from which on 32 of them were drawn."""
LEAST_CHANGES: Final = 0.42
"""Share of neighbours that are of different sorts: over a half where drawn, few in names."""
FEWEST_OF_A_SORT: Final = 3
_LONG: Final = re.compile(r"(?<![\w/+=.:@#?&%-])[A-Za-z0-9_-]{32,128}(?![\w/+=.@%-])", re.ASCII)
_PUBLIC: Final = re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}$|AAAA[A-Z]|[13][1-9A-HJ-NP-Za-km-z]{25,34}$")
"""Addresses of content, public keys, and addresses that money is sent to."""
_SORTS: Final = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", "A" * 26 + "a" * 26 + "0" * 10 + "--"
)


def find_random_keys(text: str) -> Iterator[Finding]:
    for match in _LONG.finditer(text):
        if is_random(match[0]):
            yield Finding("key", match.start(), match.end(), 0.8, "a key of no known form")


def is_random(value: str) -> bool:
    """Whether its letters and digits were drawn, as far as so many can tell.

    >>> is_random("q7Vt2LmXz9RbK4wPn8sYc3HdJ6fGa5TE"), is_random("getCustomerAccountResponseV2Handler2023")
    (True, False)
    """
    sorts = value.translate(_SORTS)
    return (
        min(map(sorts.count, "Aa0")) >= FEWEST_OF_A_SORT
        and sum(one != other for one, other in pairwise(sorts)) >= LEAST_CHANGES * len(sorts)
        and measure_entropy(value) >= LEAST_BITS
        and not _PUBLIC.match(value)
        and not is_placeholder(value)
    )
