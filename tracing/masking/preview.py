"""Rows of spans and rules come in; what the rules would hide in them goes out, counted, with pieces of the texts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tracing.masking.columns import change_columns
from tracing.masking.masker import PSEUDONYM_RULE, Masker
from tracing.masking.rules import Masking, is_dropped, write_stand_in
from tracing.masking.texts import Span

AROUND: Final = 48
"""Characters of a text that are shown before the first value, and after the last."""
LONGEST_PIECE: Final = 120
SAMPLES_PER_RULE: Final = 5


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and what would stand in its place; empty where it stays."""

    text: str
    stand_in: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A text that would change: the name that it is kept under, and its pieces."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What rules would do to some spans. Texts that come again are counted once for each name."""

    spans: int
    counts: Mapping[str, int]
    """Values by rule: a kind, the name of a pattern, `pseudonym`."""
    samples: tuple[Sample, ...]
    dropped: Mapping[str, int]
    """Attributes that would not be kept, and of how many spans."""
    timeouts: Mapping[str, int]


def preview_masking(masking: Masking, secret: bytes, columns: Mapping[str, Sequence[Any]]) -> Preview:
    """`columns` are those of `otel_traces`."""
    counts: Counter[str] = Counter()
    samples: dict[Sample, None] = {}
    shown: Counter[str] = Counter()

    def watch(name: str, text: str, spans: Sequence[Span]) -> None:
        rules = {span.rule for span in spans}
        counts.update(span.rule for span in spans)
        if any(shown[rule] < SAMPLES_PER_RULE for rule in rules):
            before = len(samples)
            samples[cut_sample(name, text, spans)] = None
            shown.update(rules if len(samples) > before else ())

    masker = Masker(masking, secret, watch)
    change_columns("otel_traces", columns, masker)
    names = Counter(key for strings in columns.get("SpanAttributes", ()) for key in strings)
    dropped = {key: count for key, count in sorted(names.items()) if is_dropped(masking, key)}
    ordered = dict(counts.most_common())
    return Preview(len(columns.get("SpanName", ())), ordered, tuple(samples), dropped, dict(masker.timeouts))


def cut_sample(name: str, text: str, spans: Sequence[Span]) -> Sample:
    """The text around its values, cut where it is long."""
    pieces, at = [], max(0, spans[0].start - AROUND)
    for span in spans[:SAMPLES_PER_RULE]:
        pieces.append(Piece(shorten("…" * (0 < at == spans[0].start - AROUND) + text[at : span.start])))
        stand_in = "a pseudonym" if span.rule == PSEUDONYM_RULE else write_stand_in(span.rule)
        pieces.append(Piece(shorten(text[span.start : span.end]), stand_in))
        at = span.end
    rest = text[at : at + AROUND]
    pieces.append(Piece(rest + "…" * (at + AROUND < len(text))))
    return Sample(name, tuple(piece for piece in pieces if piece.text))


def shorten(text: str) -> str:
    """Its beginning and its end."""
    half = LONGEST_PIECE // 2
    return text if len(text) <= LONGEST_PIECE else f"{text[:half]} … {text[-half:]}"
