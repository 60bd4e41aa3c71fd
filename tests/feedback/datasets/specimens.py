"""Records for tests of formats: with tools, pairs and judgements, in several languages and with hostile texts."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from feedback.datasets.format import SPLITS, About, Format, Part, SplitName
from feedback.datasets.formats import FORMATS
from feedback.datasets.messages import Row
from feedback.datasets.record import Provenance, Record
from feedback.datasets.row_steps import find_fault
from tracing.generations import Message, ToolCall

ASKS = Message("user", "Wie ist das Wetter in Ås? 🌧")
CALLS = Message("assistant", "", tool_calls=(ToolCall("call_1", "get_weather", {"city": "Ås", "days": [1, 2]}),))
RESULT = Message("tool", "4 degrees", tool_call_id="call_1")
TOOL = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {"city": {}}}}
ORDER_TOOL = {"name": "find_order", "input_schema": {"type": "object", "properties": {"number": {"type": "integer"}}}}
SOURCE = Provenance("c1", 0, "t1", "s1", "thumbs:up", 1.0, tier="gold")

HOSTILE = (
    "{{ env.SECRET }}{% raw %}{# note #}",
    "file:///etc/passwd",
    "package:evil:run",
    '=HYPERLINK("http://evil")',
    "\t=1+1",
    "'quoted",
    '"=1+1',
    "＝1+1",
    "---\nlicense: mit\n---",
    '"},{"label":true}',
    "a\u2028b\x85c\r\nd",
    "<script>alert(1)</script>",
    "</View><Choices>",
    "null",
    "[]",
    "2024-05-01T10:00:00",
    "日本語 العربية 😀",
)


def say(*texts: str) -> tuple[Message, ...]:
    """Messages of user and assistant in turn."""
    return tuple(Message(("user", "assistant")[place % 2], text) for place, text in enumerate(texts))


def make_record(
    *prompt: str | Message, answer: str = "A good answer.", rejected: str = "Another one.", **fields: Any
) -> Record:
    messages = tuple(each if isinstance(each, Message) else Message("user", each) for each in prompt)
    known: dict[str, Any] = {
        "prompt": messages or (Message("user", "What is it?"),),
        "completion": (Message("assistant", answer),),
        "rejected": (Message("assistant", rejected),),
        "tools": (),
        "provenance": SOURCE,
        "user_id": "u1",
        "time_ns": 1_700_000_000 * 10**9,
        "label": True,
    }
    return Record(**{**known, **fields})


def make_agent(**fields: Any) -> Record:
    return make_record(ASKS, CALLS, RESULT, **{"answer": "4 Grad.", "tools": (TOOL,), **fields})


def list_specimens() -> list[Record]:
    """Twenty and more, each another case."""
    order = Message("assistant", "", tool_calls=(ToolCall("call_2", "find_order", {"number": 3, "exact": True}),))
    found = Message("tool", "{}", tool_call_id="call_2")
    return [
        make_record(),
        make_record(*say("Hallo", "Guten Tag", "Was ist das?"), answer="Das ist gut.", label=False, margin=0.5),
        make_record(Message("system", "Be brief."), "你好吗?", answer="很好。", rejected="不好。"),
        make_agent(),
        make_record("Where is order 3?", order, found, answer="On its way.", tools=(TOOL, ORDER_TOOL), label=False),
        *(make_record(text, answer=f"{text} it is.", rejected=f"{text} no.") for text in HOSTILE),
        *(make_record("Say it.", answer=text, rejected=f"not {text}", label=False) for text in HOSTILE),
    ]


def list_rows(part: Part, records: Iterable[Record]) -> list[Row]:
    """The rows of the records that pass the format's check, as a build writes them."""
    kept = [record for record in records if find_fault(part, record) is None]
    with_tools = any(record.tools for record in kept)
    return [part.write_row(record, with_tools) for record in kept]


def write_rows(
    name: str, directory: Path, records: Sequence[Record], validation: Sequence[Record] = (), about: About | None = None
) -> dict[tuple[SplitName, str], list[Row]]:
    """Write the records in the format; return the rows that were written, by split and part."""
    chosen = FORMATS[name]
    split_records: dict[SplitName, Sequence[Record]] = {"train": records, "validation": validation}
    rows = {(split, part.name): list_rows(part, split_records[split]) for part in chosen.parts for split in SPLITS}
    chosen.write(directory, {key: iter(given) for key, given in rows.items()}, about or About())
    return rows


def read_rows(chosen: Format, directory: Path) -> dict[tuple[SplitName, str], list[Row]]:
    return {
        (split, part.name): list(chosen.read(directory, split, part.name)) for part in chosen.parts for split in SPLITS
    }
