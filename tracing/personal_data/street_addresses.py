"""Postal addresses that are precise, street, number and postal code in one line: text in, findings out.

Anything looser needs a model of names and places, which this is not. Where nothing says that somebody lives there,
it may as well be a shop, and confidence is low.
"""

import re
from collections.abc import Iterator

from tracing.personal_data.finding import Finding
from tracing.personal_data.scan import Recogniser, Scan, has_any, stands_before

AT_HOME = 0.75
ANYWHERE = 0.4

_WORD = r"[^\W\d_][\w'’.-]{0,24}"
_ENGLISH = (
    rf"\d{{1,5}}[A-Za-z]?,? (?:{_WORD} ){{1,4}}(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr"
    rf"|court|ct|way|place|pl|terrace|close"
    r"|crescent|square|parkway|pkwy|circle|gardens|grove|mews)\b\.?"
    rf"(?:,? (?:apt|apartment|unit|suite|flat|#)\.? ?\w{{1,5}})?(?:[,\n] ?{_WORD}(?: {_WORD}){{0,2}}){{1,2}},? ?"
    r"(?:[A-Z]{2},? \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|(?:NSW|VIC|QLD|WA|SA"
    r"|TAS|ACT|NT) \d{4})"
)
_GERMAN = (
    rf"[A-ZÄÖÜ][\wäöüß.-]{{2,30}}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan"
    rf"|gatan|gata|vej) \d{{1,4}}[a-z]?,? (?:[A-Z]{{1,2}}-)?\d{{4,5}}(?: [A-Z]{{2}})? {_WORD}"
)
_ROMANCE = (
    r"(?:\d{1,4}(?: ?bis| ?ter)?,? (?:rue|avenue|boulevard|allée|impasse|chemin|place|quai)"
    rf" {_WORD}(?: {_WORD}){{0,4}}"  # words that may stand without a space between can be parted in very many ways
    rf"|(?:calle|avenida|via|viale|piazza|corso|rua|paseo|plaza) (?:{_WORD} ){{0,4}}{_WORD},? (?:n\.?º?"
    rf" ?)?\d{{1,4}}),? \d{{4,5}}(?:-\d{{3}})? {_WORD}"
)
_FORMS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (tuple(hints.split(",")), re.compile(rf"(?<!\w){form}(?!\w)", flags))
    for hints, form, flags in (
        (
            "street, st,avenue, ave,road, rd,boulevard,blvd,lane, ln,drive, dr, court, ct, way,place,"
            " pl,terrace,close,crescent,square,parkway,pkwy"
            ",circle,gardens,grove,mews",
            _ENGLISH,
            re.IGNORECASE,
        ),
        ("straße,strasse,str.,weg,platz,allee,gasse,ring,damm,ufer,straat,laan,gata,vej", _GERMAN, 0),
        (
            "rue,avenue,boulevard,allée,impasse,chemin,quai,calle,avenida,via,piazza,corso,rua ,paseo,plaza,place",
            _ROMANCE,
            re.IGNORECASE,
        ),
    )
)
"""Words of which one must stand there, in lower case, and how an address with them is written."""
_LIVES = re.compile(
    r"\b(?:live[sd]?|living|reside[sd]?|resides at|home|my address|(?:his|her|their|your|home|billing|shipping"
    r"|delivery|postal|mailing) address"
    r"|ship(?:ped|ping)? to|deliver(?:ed|y)? to|sent to|wohn\w*|anschrift|adresse|domicilio|vive|habite|abita"
    r"|indirizzo|mora)\b[^.!?]{0,48}$",
    re.IGNORECASE,
)
_SAMPLE = re.compile(
    r"\b(?:123|1234|742|221b|1600|1|100) (?:main|elm|evergreen|baker|pennsylvania|example|any|fake|sample|test|oak"
    r"|maple)|mustermann|musterstra",
    re.IGNORECASE,
)


def find_street_addresses(scan: Scan) -> Iterator[Finding]:
    if scan.digits < 5:
        return
    for hints, form in _FORMS:
        if has_any(scan, hints):
            for match in form.finditer(scan.text):
                home = stands_before(_LIVES, scan.text, match.start(), 72)
                sample = _SAMPLE.search(match[0]) is not None
                yield Finding(
                    "street_address",
                    match.start(),
                    match.end(),
                    AT_HOME if home else ANYWHERE,
                    "a street address",
                    sample=sample,
                )


RECOGNISER = Recogniser(("street_address",), find_street_addresses)
