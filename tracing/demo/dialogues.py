"""The shipped sample: `dialogues.jsonl` in, frozen dialogues out. `selection.py` made the file."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).with_name("dialogues.jsonl")


@dataclass(frozen=True, slots=True)
class DemoTurn:
    """One user message, the answer that stayed, and what the person did about it."""

    user: str
    answer: str
    actions: tuple[str, ...] = ()
    """`copy`, `stop`, `regenerate`, `thumbs_up`, `thumbs_down`."""
    replaced: tuple[str, ...] = ()
    """Earlier answers to the same message, oldest first; each was followed by `regenerate`."""
    error: str = ""
    """What the provider said when it failed instead of answering."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One conversation of the sample and where it comes from (`source` is named in NOTICE)."""

    conversation_id: str
    source: str
    app: str
    user_id: str
    model: str
    turns: tuple[DemoTurn, ...]


def load_dialogues(path: Path = SAMPLE) -> tuple[Dialogue, ...]:
    with path.open(encoding="utf-8") as lines:
        return tuple(read_dialogue(json.loads(line)) for line in lines)


def read_dialogue(record: dict[str, Any]) -> Dialogue:
    turns = tuple(
        DemoTurn(
            user=turn["user"],
            answer=turn["answer"],
            actions=tuple(turn.get("actions", ())),
            replaced=tuple(turn.get("replaced", ())),
            error=turn.get("error", ""),
        )
        for turn in record["turns"]
    )
    return Dialogue(**{**record, "turns": turns})


def dump_dialogues(dialogues: Iterable[Dialogue], path: Path = SAMPLE) -> None:
    lines = [json.dumps(write_dialogue(dialogue), ensure_ascii=False) for dialogue in dialogues]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_dialogue(dialogue: Dialogue) -> dict[str, Any]:
    return {**asdict(dialogue), "turns": [drop_empty(asdict(turn)) for turn in dialogue.turns]}


def drop_empty(turn: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in turn.items() if value or key in {"user", "answer"}}
