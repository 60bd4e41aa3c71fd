"""A row as its trainer gets it comes in; what people read of it goes out: a chat, the answers to it, what is said of
them. Whatever is no chat is shown as columns. Rows hold texts of traces: nothing here is safe to show unescaped."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

HISTORY: Final = ("prompt", "messages", "input")
WRAPPERS: Final = ("data", "vars")
"""Columns that hold columns, of label tools and test cases."""
ANSWERS: Final[Mapping[str, tuple[str, str]]] = {
    "completion": ("The answer", ""),
    "chosen": ("The better answer", "good"),
    "preferred_output": ("The better answer", "good"),
    "rejected": ("The worse answer", "bad"),
    "non_preferred_output": ("The worse answer", "bad"),
}
"""Columns that hold an answer: what they are called here, and how they are judged."""
LABELS: Final = {True: ("A good answer", "good"), False: ("A bad answer", "bad")}
PROVENANCE: Final[Mapping[str, str]] = {
    "label_source": "label from",
    "pair_rule": "why one is better",
    "tier": "how sure",
    "confidence": "confidence",
    "detector": "detector",
    "version": "its version",
    "reviewers": "reviewers who said so",
    "is_adjudicated": "decided by one",
    "propensity": "chance of being judged",
    "weight": "weight",
}
MOST_CHARACTERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Said:
    """One message: who said it, the words, and the tools that it calls, each as one line."""

    role: str
    text: str
    calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    title: str
    tone: str
    """`good`, `bad` or empty."""
    messages: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class ShownRow:
    messages: tuple[Said, ...]
    answers: tuple[ShownAnswer, ...]
    columns: tuple[tuple[str, str], ...]
    """Whatever else it holds, as text."""
    tools: int
    """How many the model could call."""
    raw: str
    conversation_id: str
    turn_index: int
    origin: tuple[tuple[str, str], ...]
    """Where its label comes from."""


def show_row(row: Mapping[str, Any], provenance: Mapping[str, Any]) -> ShownRow:
    """A row of any format, and what `provenance.jsonl` says of it."""
    raw, row = json.dumps(row, ensure_ascii=False, indent=2), unwrap(row)
    tools = row.get("tools")
    return ShownRow(
        messages=tuple(read_history(row)),
        answers=tuple(read_answers(row)),
        columns=tuple((name, cut(write_plain(value))) for name, value in row.items() if not is_chat(name, value)),
        tools=len(tools) if isinstance(tools, list) else 0,
        raw=raw,
        conversation_id=str(provenance.get("conversation_id", "")),
        turn_index=int(provenance.get("turn_index", 0)),
        origin=tuple(tell_origin(provenance)),
    )


def unwrap(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the columns of its wrappers among its own, and messages that are told as JSON read."""
    flat = {name: value for name, value in row.items() if name not in WRAPPERS}
    for wrapper in WRAPPERS:
        held = row.get(wrapper)
        flat |= held if isinstance(held, Mapping) else {} if held is None else {wrapper: held}
    if isinstance(flat.get("messages"), str):
        flat["messages"] = read_json(flat["messages"])
    return flat


def read_json(text: str) -> Any:
    """What a text says as JSON; the text itself where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def is_chat(name: str, value: Any) -> bool:
    """Whether a column is shown as messages, or told otherwise."""
    return name == "tools" or (name == "label" and isinstance(value, bool)) or bool(list(read_messages(name, value)))


def read_history(row: Mapping[str, Any]) -> Iterator[Said]:
    for name in HISTORY:
        yield from read_messages(name, row.get(name))


def read_answers(row: Mapping[str, Any]) -> Iterator[ShownAnswer]:
    label = row.get("label")
    for name, (title, tone) in ANSWERS.items():
        messages = tuple(read_messages(name, row.get(name)))
        if messages:
            judged = LABELS[label] if name == "completion" and isinstance(label, bool) else (title, tone)
            yield ShownAnswer(*judged, messages)


def read_messages(name: str, value: Any) -> Iterator[Said]:
    """Messages of a column: a list of them, what holds such a list, or a text of one."""
    if name not in (*HISTORY, *ANSWERS):
        return
    if isinstance(value, Mapping):
        value = value.get("messages")
    if isinstance(value, str):
        yield Said("user" if name in HISTORY else "assistant", cut(value))
    if isinstance(value, list):
        yield from (read_message(each) for each in value if isinstance(each, Mapping))


def read_message(message: Mapping[str, Any]) -> Said:
    calls = message.get("tool_calls")
    listed = calls if isinstance(calls, list) else []
    return Said(
        str(message.get("role", "")),
        cut(read_content(message.get("content"))),
        tuple(write_call(each) for each in listed if isinstance(each, Mapping)),
    )


def read_content(content: Any) -> str:
    """The words of a message's content, be it a text or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(part.get("text") or write_plain(part) for part in content if isinstance(part, Mapping))
    return "" if content is None else write_plain(content)


def write_call(call: Mapping[str, Any]) -> str:
    """
    >>> write_call({"function": {"name": "look_up", "arguments": {"city": "Köln"}}})
    'look_up({"city": "Köln"})'
    """
    function = call.get("function")
    called: Mapping[str, Any] = function if isinstance(function, Mapping) else call
    return cut(f"{called.get('name', '')}({write_plain(called.get('arguments', ''))})")


def write_plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + " …"


def tell_origin(provenance: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, words in PROVENANCE.items():
        value = provenance.get(name)
        if value not in (None, ""):
            yield words, f"{value:.3g}" if isinstance(value, float) else "yes" if value is True else str(value)


def choose_row(rows: Sequence[Any], asked: str) -> int:
    """Which of the rows is shown: the one that the address names from 1 on, else the first."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    return min(max(number, 1), len(rows)) - 1 if rows else 0
