"""Rows with a key, a password or a token go: nobody can say what else a secret that stood in a text has opened."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from feedback.datasets.cleaning.recognition import SECRETS as KINDS
from feedback.datasets.cleaning.recognition import find_values
from feedback.datasets.cleaning.texts import Place, list_fixed, list_texts
from feedback.datasets.record import Drop, Reason, Record
from feedback.datasets.steps import Context, RowStep
from feedback.personal_data.keys import is_placeholder, measure_entropy

RANDOM_BITS: Final = 4.1
"""Entropy of a character above which 32 characters of letters and digits were drawn at random."""
RANDOM_CHANGES: Final = 0.42
"""Share of neighbours that are of different sorts (large, small, digit): half and more where drawn, few in names."""
FEWEST_OF_A_SORT: Final = 3
_LONG: Final = re.compile(r"(?<![\w/+=.:@#?&%-])[A-Za-z0-9_-]{32,128}(?![\w/+=.@%-])", re.ASCII)
_PUBLIC: Final = re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}$|AAAA[A-Z]|[13][1-9A-HJ-NP-Za-km-z]{25,34}$")
"""Addresses of content, public keys, and addresses that money is sent to."""
_SORTS: Final = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", "A" * 26 + "a" * 26 + "0" * 10 + "--"
)


def drop_secrets(records: Sequence[Record], _context: Context) -> Sequence[Record | Drop]:
    return [Drop(Reason.SECRET) if has_secret((*list_texts(each), *list_fixed(each))) else each for each in records]


def has_secret(texts: Iterable[tuple[str, Place]]) -> bool:
    """Whether a key or password of a known form or name is in one, or characters that somebody drew at random."""
    return any(
        any(each.kind in KINDS for each in find_values(text, place)) or any(map(is_random, _LONG.findall(text)))
        for text, place in texts
    )


def is_random(value: str) -> bool:
    """Whether its letters and digits were drawn, as far as so many can tell.

    >>> is_random("q7Vt2LmXz9RbK4wPn8sYc3HdJ6fGa5TE"), is_random("getCustomerAccountResponseV2Handler2023")
    (True, False)
    """
    sorts = value.translate(_SORTS)
    return (
        min(map(sorts.count, "Aa0")) >= FEWEST_OF_A_SORT
        and sum(one != other for one, other in pairwise(sorts)) >= RANDOM_CHANGES * len(sorts)
        and measure_entropy(value) >= RANDOM_BITS
        and not _PUBLIC.match(value)
        and not is_placeholder(value)
    )


SECRETS = RowStep("secrets", drop_secrets)
