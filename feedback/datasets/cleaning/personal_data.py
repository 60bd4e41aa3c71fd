"""Personal data becomes placeholders: the rows of one conversation come in and go out with `<EMAIL_1>` and its kin.

The same value has the same placeholder in all of them. What was replaced is looked at again, and a row in which
anything is left goes; so does one with a value where no placeholder can stand, such as a number in arguments.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from feedback.datasets.cleaning.placeholders import Placeholders
from feedback.datasets.cleaning.recognition import SECRETS, find_values
from feedback.datasets.cleaning.repeats import Repeats
from feedback.datasets.cleaning.texts import Place, change_texts, list_fixed, list_texts, list_value, read_json
from feedback.datasets.record import Drop, Reason, Record
from feedback.datasets.steps import Context, RowStep, Scrubber

ROUNDS: Final = 3
"""A placeholder may bring to light what stood beside the value; more often than this nothing is replaced."""
_QUOTE: Final = re.compile(r'(?<!\\)(?:\\\\)*"')

Text = tuple[str, Place]


class Span(NamedTuple):
    """A value in a text."""

    start: int
    end: int
    kind: str


class Search:
    """Where personal data stands in the texts of one conversation, also where only another text tells what it is."""

    def __init__(
        self, texts: Sequence[Text], scrubber: Scrubber | None, identity: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._scrubber = scrubber
        self._values = Counter(dict.fromkeys(identity, 0))
        self._values.update(
            (each.kind, text[each.start : each.end]) for text, place in texts for each in self._find(text, place)
        )
        self._values.update(dict.fromkeys((each for text in texts for each in self._find_members(*text)), 0))
        self._repeats = Repeats(self._values, "\n".join(text for text, _ in texts) if self._values else "")

    def __bool__(self) -> bool:
        """Whether there may be any."""
        return bool(self._values)

    def find(self, text: str, place: Place) -> list[Span]:
        """In the order of the text; no two share a character."""
        if not self:
            return []
        spans = [*self._find(text, place), *(Span(*each) for each in self._repeats.find(text))]
        kept: list[Span] = []
        for span in sorted(spans, key=lambda each: (each.start, -each.end)):
            if not kept or kept[-1].end <= span.start:
                kept.append(span)
        return kept

    def finds_in(self, texts: Iterable[Text]) -> bool:
        return bool(self) and any(self.find(*text) or any(self._find_members(*text)) for text in texts)

    def _find_members(self, text: str, place: Place) -> Iterator[tuple[str, str]]:
        """Values, by kind, in what the text holds as JSON: there each has its name, by which alone some are known."""
        for member, its_place in list_value(read_json(text), place):
            for each in self._find(member, its_place):
                yield each.kind, member[each.start : each.end]

    def _find(self, text: str, place: Place) -> list[Span]:
        found = find_values(text, place, self._scrubber)
        return [Span(each.start, each.end, each.kind) for each in found if each.kind not in SECRETS]


def clean_rows(records: Sequence[Record], context: Context) -> Sequence[Record | Drop]:
    """Replace, or drop, as the definition says."""
    texts = _collect(records)
    fixed = list(dict.fromkeys(each for record in records for each in list_fixed(record)))
    identity = sorted({pair for record in records for pair in record.identity})
    search = Search([*texts, *fixed], context.scrubber, identity)
    if not search:
        return records
    anonymous = [replace(record, identity=()) if record.identity else record for record in records]
    if context.definition.personal_data == "drop":
        return [_drop_found(record, search) for record in anonymous]
    cleaned = replace_values(anonymous, search, context.scrubber)
    return [
        Drop(Reason.PERSONAL_DATA) if search.finds_in(list_fixed(record)) else row
        for record, row in zip(records, cleaned, strict=True)
    ]


def _drop_found(record: Record, search: Search) -> Record | Drop:
    found = search.finds_in((*list_texts(record), *list_fixed(record)))
    return Drop(Reason.PERSONAL_DATA) if found else record


def replace_values(records: Sequence[Record], search: Search, scrubber: Scrubber | None) -> list[Record | Drop]:
    """Round by round, until nothing is found any more."""
    rows, texts = list(records), _collect(records)
    placeholders = Placeholders(text for text, _ in texts)
    for _ in range(ROUNDS):
        changed = {each: write_placeholders(*each, search, placeholders) for each in texts}
        rows = [_write_row(row, changed) for row in rows]
        texts = _collect(rows)
        search = Search(texts, scrubber)
        if not search:
            break
    return [_judge(row, search, placeholders) for row in rows]


def _collect(records: Sequence[Record]) -> list[Text]:
    """Each once, in the order of reading."""
    return list(dict.fromkeys(each for record in records for each in list_texts(record)))


def _write_row(record: Record, changed: Mapping[Text, str]) -> Record:
    return change_texts(record, lambda text, place: changed[text, place])


def _judge(record: Record, search: Search, placeholders: Placeholders) -> Record | Drop:
    """The row with what was replaced in it, or why it goes."""
    if search.finds_in(list_texts(record)):
        return Drop(Reason.PERSONAL_DATA)
    counts = placeholders.count(text for text, _ in list_texts(record))
    return replace(record, replaced=dict(sorted(counts.items()))) if counts else record


def write_placeholders(text: str, place: Place, search: Search, placeholders: Placeholders) -> str:
    """The text with placeholders in it; JSON stays JSON."""
    spans = search.find(text, place)
    is_json = bool(spans) and read_json(text) is not None
    written, at, quotes = [], 0, 0
    for span in spans:
        placeholder = placeholders.find(span.kind, text[span.start : span.end])
        quotes += len(_QUOTE.findall(text, at, span.start)) if is_json else 0
        in_string = quotes % 2 == 1
        written += [text[at : span.start], placeholder if in_string or not is_json else f'"{placeholder}"']
        at = span.end
    return "".join((*written, text[at:]))


PERSONAL_DATA = RowStep("personal_data", clean_rows)
