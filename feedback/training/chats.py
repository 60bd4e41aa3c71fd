"""Labelled conversations come in, labelled exchanges go out: every later message of a user with what came before it.

The conversations stand in `chats/` beside this module (written for Tacit, CC0; `chats/GUIDELINE.md` says what each
label means). They are split into folds by conversation, so that nothing is measured on a conversation that was
learnt from.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, Exchange

CHATS = Path(__file__).parent / "chats"
VALIDATION_NAMES = ("chats_hard", "chats_r2_lang", "chats_r2_subtle")
"""Never learnt from."""
FOLDS = 5
HEADS = frozenset({"kinds", "tones"})
"""What an exchange can teach: which kinds of feedback it is, if any, and its tone."""
_PAIR_END = re.compile(r"(?<=\d)-?[ab]$")


@dataclass(frozen=True, slots=True)
class Labelled:
    """An exchange and what a person said that it is."""

    exchange: Exchange
    kinds: frozenset[str]
    """Of `KINDS`; empty where it is no feedback."""
    complaint_kinds: frozenset[str]
    """Of `COMPLAINT_KINDS`."""
    tone: str
    """One of `TONES`."""
    language: str
    """As the file names it: `en`, `pt-BR`, `hi-Latn`."""
    conversation: str
    file: str
    """Without its ending."""
    turn: int
    """Index of the message in the conversation's turns."""
    teaches: frozenset[str] = HEADS
    """Of `HEADS`; what is not named was not labelled and must not be learnt."""


def list_files(*, validation: bool) -> list[Path]:
    """The files of chats that are (not) for validation, by name."""
    return [path for path in sorted(CHATS.glob("*.jsonl")) if (path.stem in VALIDATION_NAMES) == validation]


def load_chats(paths: Iterable[Path]) -> list[Labelled]:
    """Every user message after the first of every conversation in the files.

    Raises `ValueError` where a line is no such conversation; it names the file and the line.
    """
    return [labelled for path in paths for labelled in _read_file(path)]


def _read_file(path: Path) -> Iterator[Labelled]:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield from read_conversation(json.loads(line), path.stem)
        except (KeyError, TypeError, ValueError) as error:
            expected = "expected a conversation as in GUIDELINE.md"
            raise ValueError(f"{path}, line {number}: {expected}, got {error!r}") from error


def read_conversation(told: dict[str, Any], file: str) -> Iterator[Labelled]:
    """The later messages of one conversation, each labelled."""
    request = answer = None
    turns = told["turns"]
    for index, turn in enumerate(turns):
        if turn["role"] == "assistant":
            answer = turn["content"]
            continue
        if request is not None:
            labels = turn.get("labels") or ()
            yield Labelled(
                exchange=Exchange(turn["content"], request, answer or "", find_reply(turns, index)),
                kinds=frozenset(labels).intersection(KINDS),
                complaint_kinds=frozenset(kind for kind in COMPLAINT_KINDS if f"complaint_{kind}" in labels),
                tone=turn.get("sentiment") or "neutral",
                language=told.get("language") or "en",
                conversation=told["conversation_id"],
                file=file,
                turn=index,
            )
        request, answer = turn["content"], None


def find_reply(turns: Sequence[dict[str, Any]], index: int) -> str:
    """What the assistant said right after a message; empty where that was the last."""
    following = turns[index + 1 : index + 2]
    return str(following[0]["content"]) if following and following[0]["role"] == "assistant" else ""


def split_by_conversation(labelled: Sequence[Labelled], folds: int = FOLDS) -> list[int]:
    """The fold of each, 0 to `folds` - 1, by a hash of the conversation's id: new files do not move old ones.

    Minimal pairs (`…-a` and `…-b`, `…-p07a` and `…-p07b`) stay together.
    """
    return [find_fold(each.conversation, folds) for each in labelled]


def find_fold(conversation: str, folds: int = FOLDS) -> int:
    """The fold of a conversation.

    >>> find_fold("hard-001-p01a") == find_fold("hard-001-p01b")
    True
    """
    return int.from_bytes(sha256(_PAIR_END.sub("", conversation).encode()).digest()[:8]) % folds
