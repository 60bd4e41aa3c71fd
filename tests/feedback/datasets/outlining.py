"""Makes outlines for tests, by way of records with texts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from feedback.datasets.record import Provenance, Record
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.outlining import outline_record
from tracing.generations import Message

HOUR_NS = 3600 * 10**9
SPAN = "s0"


def make_record(*said: str, rejected: str = "", system: str = "", **given: Any) -> Record:
    """A row in which user and model spoke in turn; `given` are fields of the record or of its provenance."""
    roles = ["user", "assistant"] * len(said)
    messages = [Message(role, text) for role, text in zip(roles, said, strict=False)]
    instructions = [Message("system", system)] if system else []
    return Record(
        prompt=(*instructions, *messages[:-1]),
        completion=(messages[-1],),
        rejected=(Message("assistant", rejected),) if rejected else (),
        tools=given.get("tools", ()),
        provenance=Provenance(
            conversation_id=given.get("conversation_id", "c0"),
            turn_index=len(said) // 2 - 1,
            trace_id=given.get("trace_id", "t0"),
            span_id=given.get("span_id", SPAN),
            label_source="thumbs:up",
            confidence=given.get("confidence", 0.9),
            tier=given.get("tier", "silver"),
        ),
        user_id=given.get("user_id", ""),
        time_ns=given.get("time_ns", 0),
        label=given.get("label"),
        model=given.get("model", ""),
        language=given.get("language", "en"),
        failure_mode=given.get("failure_mode", 0),
        stratum=given.get("stratum", "first/short/m"),
    )


def number_rows(records: Iterable[Record], part: str = "") -> list[Outline]:
    """The outlines, each in a place of its own."""
    return [outline_record(record, part, place) for place, record in enumerate(records)]


def make_rows(*told: Mapping[str, Any]) -> list[Outline]:
    """Rows that say different things, each of its own conversation an hour after the one before, unless told else."""
    rows = number_rows(make_record(*write_chat(number)) for number in range(len(told)))
    return [
        replace(row, **{"conversation_id": f"c{number}", "time_ns": number * HOUR_NS, **fields})
        for number, (row, fields) in enumerate(zip(rows, told, strict=True))
    ]


def write_chat(seed: int, turns: int = 1) -> Iterator[str]:
    """Texts that nobody else writes."""
    random = Random(seed)  # noqa: S311 -- no secret
    for _ in range(turns):
        yield write_text(random, 12)
        yield write_text(random, 60)


def write_text(random: Random, words: int) -> str:
    return " ".join("".join(random.choices("abcdefghijklmnoprstuvw", k=random.randint(2, 8))) for _ in range(words))
