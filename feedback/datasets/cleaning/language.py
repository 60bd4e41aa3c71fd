"""Which language a row is in, by what its user typed and by the answer: rows come in, those that are asked for go out.
Where nobody can tell, a row stays only if no language was asked for."""

from collections.abc import Iterable, Sequence
from typing import Final

from feedback.datasets.record import Drop, Reason, Record
from feedback.datasets.steps import Context, RowStep
from feedback.languages import identify_language, read_prose

SURE: Final = 0.7
"""A text whose language is less sure than this says nothing: mostly one of a few words."""
ENOUGH_CHARACTERS: Final = 200
SHORTEST_ANSWER: Final = 40
"""Characters of an answer that tells its language beside its user's words."""


def tell_language(texts: Iterable[str]) -> str:
    """Of texts of one person, the weightiest first; empty where they do not tell.

    >>> tell_language(["ok", "Wie kann ich das wieder rückgängig machen?"]), tell_language(["42"])
    ('de', '')
    """
    said: list[str] = []
    for text in texts:
        said.append(read_prose(text).strip())
        if sum(map(len, said)) >= ENOUGH_CHARACTERS:
            break
    found = identify_language("\n".join(said))
    return found.code if found.confidence >= SURE else ""


def keep_languages(records: Sequence[Record], context: Context) -> Sequence[Record | Drop]:
    asked = frozenset(code.strip().lower() for code in context.definition.languages)
    if not asked:
        return records
    return [record if is_in(record, asked) else Drop(Reason.LANGUAGE) for record in records]


def is_in(record: Record, asked: frozenset[str]) -> bool:
    """Whether user and answer are, as far as both tell: of a short answer nobody can say what it is in."""
    written = [message.content for message in record.completion]
    answer = tell_language(written) if sum(map(len, written)) >= SHORTEST_ANSWER or not record.language else ""
    told = [code for code in (record.language, answer) if code]
    return bool(told) and all(_is_one_of(code.lower(), asked) for code in told)


def _is_one_of(code: str, asked: frozenset[str]) -> bool:
    """A language in other letters (`hi-Latn`) counts as the language."""
    return code in asked or code.split("-")[0] in asked


LANGUAGE = RowStep("language", keep_languages)
