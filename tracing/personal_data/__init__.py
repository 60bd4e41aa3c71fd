"""A text comes in, the personal data and secrets in it go out, with their places: one file for each kind, listed here.

Only what has a form of its own: numbers, addresses of machines and mail, keys. People's names, and addresses told in
loose words, would need a model of language and are not found.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from functools import cache

from tracing.personal_data import (
    bank_accounts,
    births,
    cards,
    crypto_addresses,
    documents,
    keys,
    mail,
    national_ids,
    network,
    passwords,
    phones,
    street_addresses,
)
from tracing.personal_data.finding import Finding, Kind, mask_value
from tracing.personal_data.scan import Recogniser, scan_text

__all__ = ["RECOGNISERS", "Finding", "Kind", "Recogniser", "drop_overlaps", "find_personal_data", "mask_value"]

RECOGNISERS: tuple[Recogniser, ...] = (
    mail.RECOGNISER,
    cards.RECOGNISER,
    bank_accounts.RECOGNISER,
    phones.RECOGNISER,
    *network.RECOGNISERS,
    *national_ids.RECOGNISERS,
    *documents.RECOGNISERS,
    births.RECOGNISER,
    street_addresses.RECOGNISER,
    crypto_addresses.RECOGNISER,
    keys.RECOGNISER,
    passwords.RECOGNISER,
)


def find_personal_data(text: str, kinds: Collection[Kind] | None = None) -> list[Finding]:
    """Return what is found, of all kinds or of these, in the order of the text; no two share a character.

    Of findings that overlap the surest stays, of equally sure ones the longest. Values that documentation uses are
    marked `sample`, ways to reach an organisation `public`.

    >>> [(each.kind, each.start) for each in find_personal_data("Write to jane@mailbox.dk, or call +45 32 12 34 57")]
    [('email', 9), ('phone', 34)]
    """
    scan = scan_text(text)
    chosen = RECOGNISERS if kinds is None else choose_recognisers(frozenset(kinds))
    found = [finding for each in chosen for finding in each.find(scan)]
    if not found:
        return found
    return drop_overlaps(each for each in found if kinds is None or each.kind in kinds)


@cache
def choose_recognisers(kinds: frozenset[Kind]) -> tuple[Recogniser, ...]:
    """Those that find any of these kinds."""
    return tuple(each for each in RECOGNISERS if not kinds.isdisjoint(each.kinds))


def drop_overlaps(found: Iterable[Finding]) -> list[Finding]:
    """Of findings that share characters the surest, then the longest, in the order of the text."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda each: (-each.confidence, each.start - each.end, each.start)):
        place = bisect_right(kept, finding.start, key=lambda each: each.start)
        after = place == len(kept) or finding.end <= kept[place].start
        if after and (place == 0 or kept[place - 1].end <= finding.start):
            kept.insert(place, finding)
    return kept
