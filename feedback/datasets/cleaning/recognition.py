"""What must not be learnt from a text: the text and its place come in, findings that count go out.

The recognisers are those of `tracing.personal_data`, with names beside, and whatever else is set up. The same text
stands in many rows, so what was found is remembered.
"""

import hashlib
from typing import Final

from feedback.datasets.cleaning.names import find_names
from feedback.datasets.cleaning.random_keys import find_random_keys
from feedback.datasets.cleaning.texts import Place
from feedback.datasets.steps import Scrubber
from tracing.personal_data import Finding, drop_overlaps, find_personal_data
from tracing.personal_data.mail import SAMPLE_DOMAINS
from tracing.personal_data.named import LONGEST_NAMED, introduce_name, is_harmless_name, shift_findings

SURE: Final = 0.5
SHORTEST: Final = 6
"""Characters of a text that can hold something."""
MOST_REMEMBERED: Final = 100_000
SECRETS: Final = frozenset(("key", "password"))
_remembered: dict[tuple[bytes, Place, Scrubber | None], tuple[Finding, ...]] = {}


def find_values(text: str, place: Place, scrubber: Scrubber | None = None) -> tuple[Finding, ...]:
    """Personal data and secrets of somebody, as far as that is sure; no two share a character.

    Values that documentation uses stay where they are, and so do an organisation's addresses.

    >>> find_values("Write to support@mailbox.dk or to 192.0.2.1", Place("user"))
    ()
    >>> [each.kind for each in find_values("264-8830", Place("assistant", "customerPhone"))]
    ['phone']
    """
    if len(text) < SHORTEST:
        return ()
    key = (hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(), place, scrubber)
    known = _remembered.get(key)
    if known is None:
        known = tuple(_find(text, place, scrubber))
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        _remembered[key] = known
    return known


def _find(text: str, place: Place, scrubber: Scrubber | None) -> list[Finding]:
    forms = (each for each in _find_forms(text, place.name) if counts(each, text))
    beside = scrubber(text) if scrubber else ()
    return drop_overlaps((*forms, *find_random_keys(text), *_find_names(text, place), *beside))


def _find_names(text: str, place: Place) -> list[Finding]:
    """None in definitions of tools, which tell of names alone."""
    if not place.role:
        return []
    found = list(find_names(text, typed=place.role == "user"))
    if place.name and len(text) <= LONGEST_NAMED:
        before = introduce_name(place.name)
        found += shift_findings(find_names(before + text, typed=False), len(before))
    return found


def _find_forms(text: str, name: str) -> list[Finding]:
    """By our recognisers; a value's name is read before it, as it would stand in a sentence."""
    if not name or len(text) > LONGEST_NAMED:
        return find_personal_data(text)
    before = introduce_name(name)
    named = shift_findings(find_personal_data(before + text), len(before))
    harmless = is_harmless_name(name)
    return [each for each in named if not (harmless and each.kind in SECRETS)]


def counts(finding: Finding, text: str) -> bool:
    """Whether it is sure enough, somebody's, and no sample.

    An address called `me` or `jane.doe` is a sample only where its domain is one: elsewhere somebody may have it.
    """
    if finding.confidence < SURE or finding.public:
        return False
    if finding.kind == "email" and finding.sample:
        local, _, domain = text[finding.start : finding.end].rpartition("@")
        return bool(domain) and local != "git" and not SAMPLE_DOMAINS.fullmatch(domain)
    return not finding.sample
