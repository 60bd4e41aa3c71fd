"""The door to Presidio, which knows national numbers that our own recognisers do not: countries come in, a recogniser
beside ours goes out. Used where `TACIT_PRESIDIO` names countries and the package `presidio-analyzer` is installed.

Its patterns and check digits alone are asked: no model of language is loaded, and nothing is fetched from anywhere.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from feedback.datasets.cleaning.recognition import SURE
from tracing.personal_data import Finding, Kind

PACKAGE: Final = "presidio-analyzer"
OF_CONTEXT: Final = 0.35
"""By how much a word that names it before a value raises how sure it is, as in Presidio."""
REACH: Final = 40
"""Characters before a value whose words may name it."""
_KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    ("PASSPORT", "passport"),
    ("DRIVER", "driving_licence"),
    ("DRIVING", "driving_licence"),
    ("SSN", "ssn"),
    ("BANK", "other"),
)
"""What part of the name of an entity says which kind it is; any other is a national number."""
_NOBODYS: Final = re.compile("PLATE|VEHICLE|VAT|COMPANY|ABN|ACN|UEN|GSTIN|BRN|ORGANI")
"""In names of entities that are a company's or a car's; a plate's form fits `25 to 30 min` as well."""


class PresidioMissing(RuntimeError):  # noqa: N818 - the name says it
    """`TACIT_PRESIDIO` asks for what is not installed."""


class Presidio:
    """Recognisers of some countries, as `Context.scrubber` takes them."""

    def __init__(self, recognisers: Sequence[Any], words: str) -> None:
        self.version = words
        """For the manifest: which release, and which countries."""
        self._recognisers = [(each, _compile_words(each.context or ())) for each in recognisers]

    def __call__(self, text: str) -> list[Finding]:
        return [finding for each, words in self._recognisers for finding in _find(each, words, text)]


def make_scrubber(countries: str) -> Presidio | None:
    """That of these countries, as `us,uk`; None where none is named. Raises PresidioMissing."""
    asked = sorted({each.strip().lower() for each in countries.split(",") if each.strip()})
    if not asked:
        return None
    try:
        release = version(PACKAGE)
    except PackageNotFoundError:
        raise PresidioMissing(
            f"TACIT_PRESIDIO names {', '.join(asked)}, but {PACKAGE} is not installed: run `pip install {PACKAGE}` in"
            " Tacit's environment, or empty the setting."
        ) from None
    recognisers = list_recognisers()
    if unknown := sorted(set(asked) - recognisers.keys()):
        raise PresidioMissing(
            f"TACIT_PRESIDIO names {', '.join(unknown)}, for which {PACKAGE} {release} has no recogniser: choose from"
            f" {', '.join(sorted(recognisers))}."
        )
    chosen = [each for country in asked for each in recognisers[country]]
    return Presidio(chosen, f"{PACKAGE} {release}: {', '.join(asked)}")


def list_recognisers() -> dict[str, list[Any]]:
    """Presidio's own by country; what it has for every country is known to ours."""
    module = import_module("presidio_analyzer.predefined_recognizers")
    pattern = import_module("presidio_analyzer").PatternRecognizer
    found = defaultdict(list)
    for _, each in sorted(vars(module).items()):
        if isinstance(each, type) and issubclass(each, pattern) and vars(each).get("COUNTRY_CODE"):
            found[str(vars(each)["COUNTRY_CODE"]).lower()].append(each())
    return dict(found)


def _compile_words(words: Iterable[str]) -> re.Pattern[str] | None:
    alternatives = "|".join(re.escape(word) for word in sorted(words) if word.strip())
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE) if alternatives else None


def _find(recogniser: Any, words: re.Pattern[str] | None, text: str) -> Iterator[Finding]:
    for result in recogniser.analyze(text, recogniser.supported_entities, None):
        named = words is not None and words.search(text, max(0, result.start - REACH), result.start)
        confidence = min(1.0, result.score + (OF_CONTEXT if named else 0.0))
        if confidence >= SURE and not _NOBODYS.search(result.entity_type):
            yield Finding(find_kind(result.entity_type), result.start, result.end, confidence, result.entity_type)


def find_kind(entity: str) -> Kind:
    """Ours for what Presidio calls an entity.

    >>> find_kind("UK_PASSPORT"), find_kind("SG_NRIC_FIN"), find_kind("US_BANK_NUMBER")
    ('passport', 'national_id', 'other')
    """
    return next((kind for part, kind in _KINDS if part in entity), "national_id")
