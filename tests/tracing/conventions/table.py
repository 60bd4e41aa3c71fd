"""Recordings of real instrumentations in, `docs/conventions.md` out: which attribute carried what.

    .venv/bin/python -m tests.tracing.conventions.table

What was said in the recordings is known, so that each value is looked for wherever it may stand: in an attribute, in
JSON inside one, in an event of the span or in a log beside it. The page is kept up to its mark; nothing in the tables
behind that is written by hand.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.recipes.model_server import (
    ANSWER,
    AUDIO_TOKENS,
    CACHED_TOKENS,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    REASONING_TOKENS,
    VERSION,
)
from tests.tracing.conventions.recordings.record import DIALOGUES, HERE, OLDER, ROOT

PAGE = ROOT / "docs" / "conventions.md"
MARK = "<!-- What follows is made by tests/tracing/conventions/table.py. -->\n"
QUESTION = "Where is my order 4711?"
STORY = "Tell me a story."
SYSTEM = "You help the customers of a shop."
MODELS = ("gpt-5-mini", "claude-sonnet-4-5", "gemini-2.5-flash")
PROVIDERS = ("openai", "anthropic", "google", "gemini", "strands-agents", "openai.chat", "microsoft.agent_framework")
SETTINGS = {
    "temperature": 0.2,
    "top_p": 0.9,
    "max_tokens": 300,
    "seed": 7,
    "stop": "END",
    "frequency_penalty": 0.1,
    "presence_penalty": 0.3,
}
STATUS = {None: "unset", "STATUS_CODE_OK": "OK", "STATUS_CODE_ERROR": "error"}
MOST_PATHS = 4


@dataclass(frozen=True)
class Leaf:
    """One value, and the way to it."""

    path: str
    value: Any


@dataclass(frozen=True)
class Span:
    """As it was exported, with its logs."""

    body: dict[str, Any]
    scope: str
    logs: tuple[dict[str, Any], ...]

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(self.find_leaves())

    @property
    def status(self) -> str:
        return STATUS[self.body.get("status", {}).get("code")]

    def find_leaves(self) -> Iterator[Leaf]:
        yield from read_attributes(self.body.get("attributes", []), "")
        for event in self.body.get("events", []):
            yield from read_attributes(event.get("attributes", []), f"event {hide_number(event['name'])}: ")
        for log in self.logs:
            name = f"log {log.get('eventName', '')}: "
            yield from read_attributes(log.get("attributes", []), name)
            yield from read_leaves(decode(log.get("body", {})), f"{name}body")


def read_attributes(attributes: list[dict[str, Any]], prefix: str) -> Iterator[Leaf]:
    for attribute in attributes:
        yield from read_leaves(decode(attribute["value"]), prefix + hide_number(attribute["key"]))


def hide_number(key: str) -> str:
    """
    >>> hide_number("llm.input_messages.0.message.role")
    'llm.input_messages.N.message.role'
    """
    return re.sub(r"(?<=\.)\d+(?=\.|$)", "N", key)


def decode(value: dict[str, Any]) -> Any:
    """A value of OTLP's JSON as plain JSON."""
    for kind, held in value.items():
        if kind == "arrayValue":
            return [decode(each) for each in held.get("values", [])]
        if kind == "kvlistValue":
            return {each["key"]: decode(each["value"]) for each in held.get("values", [])}
        return int(held) if kind == "intValue" else held
    return None


def read_leaves(value: Any, path: str) -> Iterator[Leaf]:
    """All values beneath; JSON inside a string is gone into, behind an arrow."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from read_leaves(each, f"{path}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from read_leaves(each, f"{path}[]")
    else:
        yield Leaf(path, value)
        if isinstance(value, str) and value[:1] in '{["':
            yield from read_text(value, path)


def read_text(text: str, path: str) -> Iterator[Leaf]:
    try:
        inner = json.loads(text)
    except ValueError:
        return
    for leaf in read_leaves(inner, ""):
        yield Leaf(f"{path}→{leaf.path.removeprefix('.')}", leaf.value)


@dataclass(frozen=True)
class Recorded:
    """One instrumentation: its seven dialogues, and more where there are more."""

    name: str
    version: str
    spans: tuple[Span, ...]
    more: tuple[Span, ...]

    def find_trace_ids(self, *said: str) -> set[str]:
        return {span.body["traceId"] for span in self.spans for leaf in span.leaves if tells(leaf, said)}

    @cached_property
    def abandoned(self) -> list[Span]:
        return self.choose_spans(self.find_trace_ids(STORY))

    @cached_property
    def failed(self) -> list[Span]:
        return self.choose_spans(self.find_trace_ids("broken"))

    @cached_property
    def whole(self) -> list[Span]:
        """Those of dialogues in which nothing went wrong and no tool was called."""
        others = self.find_trace_ids(STORY, "broken", "find_order")
        return self.choose_spans(self.find_trace_ids(QUESTION) - others)

    @cached_property
    def calls(self) -> list[Span]:
        """Those that tell tokens."""
        return [span for span in self.whole if any(is_tokens(leaf) for leaf in span.leaves)] or self.whole

    def choose_spans(self, trace_ids: set[str]) -> list[Span]:
        return [span for span in self.spans if span.body["traceId"] in trace_ids]


def tells(leaf: Leaf, said: tuple[str, ...]) -> bool:
    return leaf.value in said if "broken" in said else any(text in str(leaf.value) for text in said)


def is_tokens(leaf: Leaf) -> bool:
    counts = (INPUT_TOKENS, INPUT_TOKENS - CACHED_TOKENS)
    return bool(re.search("token|usage", leaf.path)) and leaf.value in counts


def load(path: Path) -> Recorded:
    """A recording, and that of further dialogues with the same version."""
    name, _, version = path.name.removesuffix(".json.gz").rpartition("-")
    further = HERE / f"more-{path.name}"
    return Recorded(name, version, read_spans(path), read_spans(further) if further.exists() else ())


def read_spans(path: Path) -> tuple[Span, ...]:
    recorded = json.loads(gzip.decompress(path.read_bytes()))
    groups = recorded["logs"].get("resourceLogs", [])
    logs = [log for group in groups for scope in group["scopeLogs"] for log in scope["logRecords"]]
    by_span = {key: tuple(told) for key, told in groupby(sorted(logs, key=name_span), name_span)}
    return tuple(
        Span(span, scope.get("scope", {}).get("name", ""), by_span.get(span["spanId"], ()))
        for group in recorded["traces"]["resourceSpans"]
        for scope in group["scopeSpans"]
        for span in scope["spans"]
    )


def name_span(log: dict[str, Any]) -> str:
    return str(log.get("spanId", ""))


Test = Callable[[Leaf], bool]


def find_paths(spans: list[Span] | tuple[Span, ...], test: Test) -> str:
    """Where such a value stands, the plainest first."""
    found = {leaf.path for span in spans for leaf in span.leaves if test(leaf)}
    paths = sorted(found, key=lambda path: (path.startswith(("event ", "log ")), path.count("→"), path))
    more = f" and {len(paths) - MOST_PATHS} more" if len(paths) > MOST_PATHS else ""
    return ", ".join(f"`{path}`" for path in paths[:MOST_PATHS]) + more


def holds(text: str) -> Test:
    """The text itself, or inside what is no JSON."""
    return lambda leaf: isinstance(leaf.value, str) and text in leaf.value and leaf.value[:1] not in "{["


def counts(*numbers: int, named: str) -> Test:
    return lambda leaf: (
        leaf.value in numbers and not isinstance(leaf.value, bool) and bool(re.search(named, leaf.path, re.IGNORECASE))
    )


def equals(*values: Any, named: str = "") -> Test:
    return lambda leaf: leaf.value in values and bool(re.search(named, leaf.path, re.IGNORECASE))


def named(pattern: str) -> Test:
    return lambda leaf: bool(re.search(pattern, leaf.path, re.IGNORECASE)) and leaf.value not in (None, "", [], {})


def describe(recorded: Recorded) -> dict[str, str]:
    """What a source's table says, line by line; what was found nowhere has no line."""
    calls, whole = recorded.calls, recorded.whole
    lines = {
        "scope": ", ".join(sorted({f"`{span.scope}`" for span in calls})),
        "what was asked": find_paths(calls, holds(QUESTION)),
        "what was answered": find_paths(calls, holds(ANSWER)),
        "system message": find_paths(calls, holds(SYSTEM)),
        "model asked": find_paths(calls, equals(*MODELS)),
        "model that answered": find_paths(calls, equals(*(model + VERSION for model in MODELS))),
        "provider": find_paths(calls, equals(*PROVIDERS, named="provider|system")),
        **describe_tokens(recorded),
        "id of the answer": find_paths(
            calls, lambda leaf: bool(re.fullmatch(r"(chatcmpl|resp|msg|gemini)[-_]\d+", str(leaf.value)))
        ),
        "finish reason": find_paths(calls, equals("stop", "end_turn", "STOP", named="finish|reason")),
        "conversation": find_paths(whole, lambda leaf: leaf.value == "plain" and not leaf.path.endswith("dialogue")),
        "user": find_paths(whole, equals("anna")),
        "streamed": find_paths(calls, equals(True, "true", "True", named="stream")),
        "time to the first chunk": find_paths(calls, named(r"first_(chunk|token)|FirstChunk|completion_start_time")),
        **describe_more(recorded.more),
        "an error": describe_error(recorded),
        "an abandoned stream": describe_abandoned(recorded),
    }
    return {line: told for line, told in lines.items() if told}


def describe_tokens(recorded: Recorded) -> dict[str, str]:
    """Anthropic's client and some others count cached tokens, and those of reasoning, apart."""
    usage, calls = "token|usage", recorded.calls
    apart = INPUT_TOKENS - CACHED_TOKENS, OUTPUT_TOKENS - REASONING_TOKENS
    return {
        "tokens in": find_paths(calls, counts(INPUT_TOKENS, named=usage)),
        "tokens in, the cached ones apart": find_paths(calls, counts(apart[0], named=usage)),
        "tokens out": find_paths(calls, counts(OUTPUT_TOKENS, named=usage)),
        "tokens out, those of reasoning apart": find_paths(calls, counts(apart[1], named=usage)),
        "tokens from the cache": find_paths(calls, counts(CACHED_TOKENS, named="cache")),
        "tokens of reasoning": find_paths(calls, counts(REASONING_TOKENS, named="reason|thought")),
    }


def describe_more(spans: tuple[Span, ...]) -> dict[str, str]:
    """What only the further dialogues tell."""
    told = [name for name, value in SETTINGS.items() if find_paths(spans, is_setting(name, value))]
    missing = [name for name in SETTINGS if name not in told]
    settings = find_paths(spans, is_setting("top_p", SETTINGS["top_p"]))
    absent = f"; not told: {', '.join(missing)}" if settings and missing else ""
    return {
        "tokens of sound": find_paths(spans, counts(AUDIO_TOKENS, named="audio")),
        "tokens written to the cache for an hour": find_paths(spans, counts(CACHED_TOKENS, named="1h")),
        "settings, such as top_p": settings + absent,
        "log-probabilities": find_paths(spans, equals(-0.25, named=r"\.logprob$")),
        "answer that is gone on from": find_paths(spans, named(r"previous_?response_?id")),
        "prompt": find_paths(spans, named(r"prompt(_template)?\.(name|version|template|variables)|prompt_key|lc_hub")),
        "picture": find_paths(spans, lambda leaf: str(leaf.value) == "https://shop.example/sole.jpg"),
    }


def is_setting(name: str, value: Any) -> Test:
    pattern = {"max_tokens": "max.*tokens", "stop": "stop", "top_p": "top_?p"}.get(name, name.replace("_", "_?"))
    return equals(value, named=rf"{pattern}(_sequences)?(\[\])?$")


def describe_error(recorded: Recorded) -> str:
    """Of the spans that tell of the failed call: status, and where the class and the message of the error stand."""
    spans = [span for span in recorded.failed if any(leaf.value == "broken" for leaf in span.leaves)]
    if not spans:
        return "no span"
    status = "/".join(sorted({span.status for span in spans}))
    kinds = find_paths(spans, named(r"^error\.type$|exception\.type$|errorType"))
    message = find_paths(spans, lambda leaf: "does not exist" in str(leaf.value) and "stack" not in leaf.path)
    return f"status {status}; {kinds or 'no class'}; message: {message or 'only in the status'}"


def describe_abandoned(recorded: Recorded) -> str:
    """How a stream looks that the app left after a few words."""
    spans = [span for span in recorded.abandoned if any(holds(STORY)(leaf) for leaf in span.leaves)]
    if not spans:
        return "no span"
    status = "/".join(sorted({span.status for span in spans}))
    part = find_paths(spans, holds("Chapter 1 of a story"))
    reason = {str(leaf.value) for span in spans for leaf in span.leaves if is_reason(leaf)}
    tokens = find_paths(
        spans, lambda leaf: bool(re.search("usage.*tokens|token_count", leaf.path)) and bool(leaf.value)
    )
    return (
        f"status {status}; finish reason {', '.join(f'`{each}`' for each in sorted(reason)) or 'none'}; "
        f"text so far: {part or 'none'}; tokens: {tokens or 'none'}"
    )


def is_reason(leaf: Leaf) -> bool:
    return bool(re.search(r"finish_?reasons?(\[\])?$", leaf.path, re.IGNORECASE)) and leaf.value not in (None, "", [])


def render() -> str:
    """All behind the mark."""
    names = {re.sub(r"-\d+$", "", name) for name in DIALOGUES | OLDER}
    sources = [load(path) for name in sorted(names) for path in sorted(HERE.glob(f"{name}-[0-9]*.json.gz"))]
    rows = "\n".join(render_row(each) for each in sources)
    head = "| recording | text | tokens in | conversation | user |\n| --- | --- | --- | --- | --- |"
    return "\n".join(["", "## Overview", "", head, rows, *(render_source(each) for each in sources), ""])


def render_row(recorded: Recorded) -> str:
    """The first place of what matters most."""
    told = describe(recorded)
    tokens = told.get("tokens in") or told.get("tokens in, the cached ones apart", "")
    cells = told.get("what was asked", ""), tokens, told.get("conversation", ""), told.get("user", "")
    title = f"{recorded.name} {recorded.version}"
    link = re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
    return f"| [{title}](#{link}) | " + " | ".join(cell.partition(", ")[0] for cell in cells) + " |"


def render_source(recorded: Recorded) -> str:
    lines = "\n".join(f"| {line} | {told} |" for line, told in describe(recorded).items())
    return f"\n## {recorded.name} {recorded.version}\n\n| what | where |\n| --- | --- |\n{lines}"


if __name__ == "__main__":
    PAGE.write_text(PAGE.read_text("utf-8").partition(MARK)[0] + MARK + render(), "utf-8")
