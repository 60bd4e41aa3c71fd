"""The shipped samples in, frozen dialogues out: `dialogues.jsonl`, which `selection.py` made, `agent_dialogues.jsonl`,
which was written by hand, and so was `planted_dialogues.jsonl`: four failures that come again and again, among what
went well at the same desks.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tracing.demo.chance import draw_share

SAMPLE = Path(__file__).with_name("dialogues.jsonl")
AGENT_SAMPLE = Path(__file__).with_name("agent_dialogues.jsonl")
PLANTED_SAMPLE = Path(__file__).with_name("planted_dialogues.jsonl")
RELEASES = {"2.2.1": (0.0, 0.5), "2.3.0": (0.5, 1.0)}
"""Of the help desk: from where to where in the week each ran."""


@dataclass(frozen=True, slots=True)
class DemoCall:
    """A call of a tool that the model asks for, and what comes of it."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None
    error: str = ""
    """What the tool says when it fails instead."""
    seconds: float = 0.0


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
    steps: tuple[tuple[DemoCall, ...], ...] = ()
    """What an agent's model asked for before it answered, one group of calls each time."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One conversation of the sample and where it comes from (`source` is named in NOTICE)."""

    conversation_id: str
    source: str
    app: str
    user_id: str
    model: str
    turns: tuple[DemoTurn, ...]
    release: str = ""
    """Of the app, where it tells one."""


def load_dialogues() -> tuple[Dialogue, ...]:
    """All of them, in the order of the week."""
    samples = SAMPLE, AGENT_SAMPLE, PLANTED_SAMPLE
    return tuple(sorted((each for sample in samples for each in read_dialogues(sample)), key=place_in_week))


def place_in_week(dialogue: Dialogue) -> float:
    begin, end = RELEASES.get(dialogue.release, (0.0, 1.0))
    return begin + (end - begin) * draw_share("order", dialogue.conversation_id)


def read_dialogues(path: Path) -> tuple[Dialogue, ...]:
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
            steps=tuple(tuple(DemoCall(**call) for call in step) for step in turn.get("steps", ())),
        )
        for turn in record["turns"]
    )
    return Dialogue(**{**record, "turns": turns})


def dump_dialogues(dialogues: Iterable[Dialogue], path: Path = SAMPLE) -> None:
    lines = [json.dumps(write_dialogue(dialogue), ensure_ascii=False) for dialogue in dialogues]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_dialogue(dialogue: Dialogue) -> dict[str, Any]:
    return drop_empty({**asdict(dialogue), "turns": [write_turn(turn) for turn in dialogue.turns]})


def write_turn(turn: DemoTurn) -> dict[str, Any]:
    steps = [[drop_empty(asdict(call)) for call in step] for step in turn.steps]
    return drop_empty({**asdict(turn), "steps": steps})


def drop_empty(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value or key in {"user", "answer", "user_id"}}
