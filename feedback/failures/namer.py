"""An optional language model names failure modes: what marks a mode goes to the judge's endpoint, a title comes back.

A title has to prove itself: it is taken only as long as turns that the model was not shown find their mode by it at
least as well as by the words that were counted, see `feedback.failure_modes.name_proof`. A mode is asked about again
when it is twice as large.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import F

from feedback.detectors import judgement
from feedback.embedding import WIDTH, load_encoder
from feedback.failure_modes.cases import Case
from feedback.failure_modes.clustering import Floats
from feedback.failure_modes.descriptions import Description, name_signal
from feedback.failure_modes.name_proof import HeldOut, choose_shown, fold_parts, is_as_good
from feedback.failure_modes.naming import clean_text, shorten
from feedback.judging.cases import ReplyError, read_object
from feedback.judging.endpoint import Endpoint, EndpointError, Reply
from feedback.judging.rounds import Plan, count_left, load_day, note_failure, read_plan
from feedback.models import JudgeDay
from feedback.tunings import load_tuning
from tracing.stages import STOPPING

CALLS_A_PASS = 4
"""Side by side."""
MOST_SHOWN = 8
"""Examples; at most half of what is looked at."""
LEAST_HELD_OUT = 5
MOST_HELD_OUT = 500
"""Of other modes, evenly over them."""
MOST_NAMES = 30
"""Of other modes that are shown."""
LONGEST_TEXT = 400
LONGEST_LINE = 300
INSTRUCTIONS = Path(__file__).with_name("namer.txt").read_text(encoding="utf-8")
_MARKUP = re.compile(r"[<>]|://|\bwww\.|\]\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a model called a mode of so many conversations; an empty title where it said nothing that can be taken."""

    model: str
    count: int
    title: str = ""
    line: str = ""
    shown: tuple[str, ...] = ()
    """Conversations that it was shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """The modes of a project as they were described, and what they were described from."""

    found: Sequence[Description]
    rows: Mapping[int, Sequence[int]]
    """By mode the places of its turns."""
    failing: Sequence[Case]
    vectors: Floats
    named: Mapping[int, Sequence[int]]
    """By mode the places of the turns that it is named from."""


def read_namer(project_id: int) -> Plan | None:
    """Whom to ask for names; None where nobody is, or where the project has no judge."""
    plan = read_plan() if settings.NAMER else None
    return None if plan is None or judgement.KIND in load_tuning(project_id).off else plan


def read_suggestion(description: Mapping[str, Any]) -> Suggestion | None:
    """The one that is kept with what else is told of a mode."""
    kept = description.get("suggestion")
    return Suggestion(**{**kept, "shown": tuple(kept["shown"])}) if kept else None


def tell_suggestion(suggestion: Suggestion) -> dict[str, Any]:
    return asdict(suggestion)


def waits(kept: Suggestion | None, plan: Plan, count: int) -> bool:
    """Whether a mode of so many conversations is to be asked about."""
    if count < 2 * LEAST_HELD_OUT:
        return False
    return kept is None or kept.model != plan.endpoint.model or count >= 2 * kept.count


def suggest_names(
    project_id: int, plan: Plan, material: Material, kept: Mapping[int, Suggestion]
) -> dict[int, Suggestion]:
    """By mode what it may be called: what is kept, and what is asked for now, of the largest first."""
    left = 0 if STOPPING.is_set() or len(material.found) < 2 else min(CALLS_A_PASS, count_left(plan, project_id))
    asked = [each for each in material.found if waits(kept.get(each.number), plan, each.count)][:left]
    return {**kept, **dict(ask_for_names(project_id, plan, material, asked))} if asked else dict(kept)


def ask_for_names(
    project_id: int, plan: Plan, material: Material, asked: Sequence[Description]
) -> Iterator[tuple[int, Suggestion]]:
    """Those of these modes that the endpoint said anything about."""
    JudgeDay.objects.filter(pk=load_day(project_id).pk).update(calls=F("calls") + len(asked))
    shown = {each.number: choose_examples(each, material) for each in asked}
    with ThreadPoolExecutor(CALLS_A_PASS) as pool:
        messages = [build_messages(each, shown[each.number], material.found) for each in asked]
        replies = list(pool.map(lambda each: ask(plan.endpoint, each), messages))
    for each, reply in zip(asked, replies, strict=True):
        if isinstance(reply, Reply):
            title, line = keep_reply(project_id, reply)
            names = tuple(case.conversation_id for case in shown[each.number])
            yield each.number, Suggestion(plan.endpoint.model, each.count, title, line, names)
    if problems := [str(reply) for reply in replies if isinstance(reply, EndpointError)]:
        note_failure(project_id, problems[0])


def choose_examples(found: Description, material: Material) -> list[Case]:
    return [material.failing[row] for row in choose_shown(material.named[found.number], MOST_SHOWN)]


def build_messages(found: Description, examples: Sequence[Case], every: Sequence[Description]) -> list[dict[str, str]]:
    """The messages of a chat completion. All that users wrote stands in one JSON object, as data."""
    shown = {
        "signal": name_signal(found.signal),
        "words": [term.text for term in found.name.terms],
        "other_modes": [each.name.title for each in every if each is not found][:MOST_NAMES],
        "examples": [
            {
                "request": each.request[:LONGEST_TEXT],
                "answer": each.answer[:LONGEST_TEXT],
                "next_message": each.reaction[:LONGEST_TEXT],
            }
            for each in examples
        ],
    }
    return [
        {"role": "system", "content": INSTRUCTIONS},
        {"role": "user", "content": json.dumps(shown, ensure_ascii=False)},
    ]


def ask(endpoint: Endpoint, messages: Sequence[Mapping[str, str]]) -> Reply | EndpointError:
    try:
        return endpoint.ask(messages)
    except EndpointError as error:
        return error


def keep_reply(project_id: int, reply: Reply) -> tuple[str, str]:
    """The title and the line in a reply, empty where there are none; the day's row has what it took."""
    today = JudgeDay.objects.filter(pk=load_day(project_id).pk)
    today.update(
        input_tokens=F("input_tokens") + reply.input_tokens, output_tokens=F("output_tokens") + reply.output_tokens
    )
    try:
        title, line = read_names(reply.text)
    except ReplyError as error:
        today.update(unreadable=F("unreadable") + 1, problem=f"A name in the model's reply could not be read: {error}.")
        return "", ""
    today.update(failures=0, problem="", rests_until=None)
    return title, line


def read_names(reply: str) -> tuple[str, str]:
    """The title and the line in a reply, as plain as counted ones: a text may have talked the model into anything.
    Raises ReplyError."""
    told = read_object(reply)
    title, line = (clean_text(str(told.get(name) or "")) for name in ("title", "line"))
    if not title or _MARKUP.search(title):
        raise ReplyError(f"its title is {title!r:.60}")
    return shorten(title), "" if _MARKUP.search(line) else line[:LONGEST_LINE]


def prove_names(material: Material, suggestions: Mapping[int, Suggestion]) -> dict[int, Suggestion]:
    """Those whose title tells turns apart that the model was not shown, at least as well as counted words do."""
    named = {number: each for number, each in suggestions.items() if each.title and number in material.rows}
    if not named:
        return {}
    embed = load_encoder().embed
    turns = fold_parts(material.vectors, WIDTH)
    counted = dict(
        zip([each.number for each in material.found], embed([e.name.title for e in material.found]), strict=True)
    )
    titles = dict(zip(named, embed([each.title for each in named.values()]), strict=True))
    return {
        number: each
        for number, each in named.items()
        if is_proven(number, each, titles[number], counted, turns, material)
    }


def is_proven(
    number: int, suggestion: Suggestion, title: Floats, counted: Mapping[int, Floats], turns: Floats, material: Material
) -> bool:
    shown = set(suggestion.shown)
    own = [row for row in material.rows[number] if material.failing[row].conversation_id not in shown]
    others = [row for other, rows in material.rows.items() if other not in (0, number) for row in rows]
    if len(own) < LEAST_HELD_OUT or not others:
        return False  # nothing could be told by so few
    held_out = HeldOut(turns[own], turns[others[:: max(1, len(others) // MOST_HELD_OUT)]])
    other_names = np.stack([vector for other, vector in counted.items() if other != number])
    return is_as_good(title, counted[number], other_names, held_out)
