"""An event of the ledger comes in, one plain sentence goes out, without the markup of any page. Texts of traces in it
are short and of one line, and as hostile as ever."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

from drift.ledger.diffs import compare_texts
from drift.ledger.fields import INSTRUCTIONS, PROMPT

LONGEST = 60
_DIGEST = re.compile(r"[0-9a-f]{16}")


class Told(Protocol):
    """What a sentence says of an event; `drift.models.LedgerEvent` has it."""

    service_name: str
    field: str
    name: str
    kind: str
    prompt: str
    old: str
    new: str


def tell_event(event: Told) -> str:
    """What changed, such as "System instructions of `support` changed in one place"."""
    return TELLERS.get(event.field, tell_value)(event)


def tell_instructions(event: Told) -> str:
    owner = name_owner(event)
    if event.kind == "back":
        return f"System instructions of {owner} are what they were before"
    if event.kind == "both":
        return f"Two versions of the system instructions of {owner} are in use at once"
    if not event.old:
        return f"System instructions of {owner} are new"
    places = count_places(event.old, event.new)
    return f"System instructions of {owner} changed in {'one place' if places == 1 else f'{places} places'}"


def tell_prompt(event: Told) -> str:
    return f"Prompt {quote(event.new)} is new in {name_service(event)}"


def tell_tools(event: Told) -> str:
    """Tools that came and went, by name."""
    old, new = (set(filter(None, text.split("\n"))) for text in (event.old, event.new))
    told = [
        f"{words} {', '.join(map(quote, sorted(names)[:5]))}{' and others' if len(names) > 5 else ''}"
        for words, names in (("gained", new - old), ("lost", old - new))
        if names
    ]
    if event.kind == "both" or not told:
        return f"Two sets of tools of {name_owner(event)} are in use at once"
    return f"{capitalize(name_owner(event))} {' and '.join(told)} as {'a tool' if len(old ^ new) == 1 else 'tools'}"


def tell_tool(event: Told) -> str:
    if not event.new or not event.old:
        return f"Tool {quote(event.name)} of {name_owner(event)} is {'new' if event.new else 'gone'}"
    return f"Definition of the tool {quote(event.name)} of {name_owner(event)} {say_changed(event)}"


def tell_parameter(event: Told) -> str:
    name = f"Parameter {quote(event.name)} of {name_owner(event)}"
    if event.kind != "both" and not event.new:
        return f"{name} is no longer set; it was {quote(event.old)}"
    if event.kind != "both" and not event.old:
        return f"{name} is set to {quote(event.new)}"
    return f"{name} {say_values(event)}"


def tell_value(event: Told) -> str:
    return f"{TITLES.get(event.field, capitalize(event.field))} of {name_owner(event)} {say_values(event)}"


def tell_retrieval(event: Told) -> str:
    return f"{capitalize(event.name)} of the retrieval of {name_owner(event)} {say_values(event)}"


def tell_sdk(event: Told) -> str:
    return f"Release of {quote(event.name or 'the SDK')} in {name_service(event)} {say_values(event)}"


def tell_release(event: Told) -> str:
    return f"Release of {name_service(event)} {say_values(event)}"


def say_changed(event: Told) -> str:
    return {"back": "is what it was before", "both": "is of two kinds at once"}.get(event.kind, "changed")


def say_values(event: Told) -> str:
    """From what to what."""
    if event.kind == "both":
        return f"is {quote(event.old)} and {quote(event.new)} at once" if event.old else "has several values at once"
    went = "went back" if event.kind == "back" else "changed"
    start = f" from {quote(event.old)}" if event.old else ""
    return f"{went}{start} to {quote(event.new)}"


def name_owner(event: Told) -> str:
    """The prompt where it has a name, else the service: what stands for an unnamed prompt says nothing."""
    return quote(event.prompt) if event.prompt and not _DIGEST.fullmatch(event.prompt) else name_service(event)


def name_service(event: Told) -> str:
    return quote(event.service_name) if event.service_name else "the app"


def quote(text: str) -> str:
    """
    >>> quote("gpt-4o\\n mini")
    '`gpt-4o mini`'
    """
    line = " ".join(text.replace("`", "'").split())
    return f"`{line if len(line) <= LONGEST else f'{line[: LONGEST - 1]}…'}`"


def capitalize(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


@lru_cache(maxsize=1024)
def count_places(old: str, new: str) -> int:
    """In how many places a text changed: a run of changed words, or of changed lines, is one."""
    places = 0
    is_changing = False
    for hunk in compare_texts(old, new).hunks:
        for line in hunk:
            for part in line.parts:
                is_change = part.kind != "equal"
                places += is_change and not is_changing
                is_changing = is_change or (is_changing and not part.text.strip())
    return max(1, places)


TITLES: Mapping[str, str] = {
    "prompt_version": "Prompt version",
    "provider": "Provider",
    "request_model": "Model",
    "response_model": "Answering model",
    "fingerprint": "Provider's fingerprint",
}
TELLERS: Mapping[str, Callable[[Told], str]] = {
    INSTRUCTIONS: tell_instructions,
    PROMPT: tell_prompt,
    "tools": tell_tools,
    "tool": tell_tool,
    "parameters": tell_parameter,
    "retrieval": tell_retrieval,
    "sdk": tell_sdk,
    "release": tell_release,
}
