"""A filter and what to rank by come in; the comparisons of a project, and what they say, go out.

What people said, what programs judged and what people did are kept apart: each kind has a ranking of its own.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from feedback.comparisons.answers import BUILT_IN, MODEL, AnswerFinder, KnownAnswer, name_item, name_prompt
from feedback.comparisons.choices import Choice, ShownAnswer, list_choices
from feedback.comparisons.comparison import (
    KINDS,
    NAME,
    Comparison,
    ComparisonError,
    Kind,
    Side,
    ToldComparison,
    read_comparison,
    tell_kind,
)
from feedback.comparisons.ranking import Ranking, rank_items
from feedback.explicit import Feedback
from feedback.languages import identify_language, name_language
from tracing.filter_language import Filter
from tracing.filter_sql import compile_filter
from tracing.kept_queries import query_kept
from tracing.paging import Place
from tracing.store import Store

MOST = 5_000
"""Comparisons of people and programs, and turns with several answers, the latest of each, that are read."""
SLICES = ("environment", "service", "tag", "language")
MOST_SLICES = 10
MOST_ATTRIBUTES = 20
MOST_REASONS = 3
UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Found:
    """The comparisons that a filter leaves, the latest first."""

    comparisons: tuple[Comparison, ...] = ()
    unnamed: int = 0
    """So many more do not tell what they are ranked by."""
    unreadable: int = 0
    reasons: tuple[str, ...] = ()
    """Why some cannot be read, the most frequent first."""
    attributes: tuple[str, ...] = ()
    """What else the sides tell, by which they could be ranked."""
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By conversation what comparisons are sliced by."""
    is_all: bool = True
    """Whether older ones were left out."""

    def list_kind(self, kind: Kind) -> list[Comparison]:
        return [each for each in self.comparisons if each.kind == kind]


@dataclass(frozen=True, slots=True)
class Slice:
    """The comparisons of one kind in one part of the traffic, and what they say."""

    value: str
    kind: Kind
    ranking: Ranking


@dataclass(frozen=True, slots=True)
class Told:
    """Feedback that compares two answers, and what it says."""

    feedback: Feedback
    told: ToldComparison


def load_comparisons(store: Store, project_id: int, by: str, given: Filter, now_ns: int) -> Found:
    """The latest comparisons that match, named by `by`: `model`, `prompt` or an attribute. Raises FilterError."""
    where = compile_filter(given, "comparisons", now_ns)
    rows = query_kept(store, "feedback/sql/comparisons_told.sql", project_id=project_id, limit=MOST + 1)
    told, reasons = read_told_rows(project_id, rows[:MOST])
    turns = query_kept(store, "feedback/sql/comparisons_chosen.sql", project_id=project_id, limit=MOST + 1)
    chosen = list(list_chosen(turns[:MOST]))
    finder = AnswerFinder(load_answers(store, project_id, told, chosen if by != MODEL else []))
    every = [*(name_told(each, by, finder) for each in told), *(name_chosen(each, by, finder) for each in chosen)]
    ids = sorted({each.conversation_id for each in every} - {""})
    facts = {
        row["conversation_id"]: row
        for row in store.query(
            "feedback/sql/comparisons_conversations.sql", where, project_id=project_id, conversation_ids=ids
        )
    }
    left = [add_user(each, facts) for each in every if each.conversation_id in facts or not given.conditions]
    named = [each for each in left if each.a and each.b]
    return Found(
        comparisons=tuple(sorted(named, key=lambda each: (each.time_ns, each.id), reverse=True)),
        unnamed=len(left) - len(named),
        unreadable=reasons.total(),
        reasons=tuple(reason for reason, _ in reasons.most_common(MOST_REASONS)),
        attributes=list_attributes(told),
        facts=facts,
        is_all=len(rows) <= MOST and len(turns) <= MOST,
    )


def read_told_rows(project_id: int, rows: Iterable[Mapping[str, Any]]) -> tuple[list[Told], Counter[str]]:
    """Those that can be read, and why others cannot, with how often that is."""
    found, reasons = [], Counter[str]()
    for row in rows:
        feedback = Feedback(project_id, **{**row, "name": NAME, "metadata": json.loads(row["metadata"])})
        try:
            found.append(Told(feedback, read_comparison(feedback)))
        except ComparisonError as error:
            reasons[str(error)] += 1
    return found, reasons


def list_chosen(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Choice]]:
    """Each choice among the answers of a turn, with the row of the turn."""
    for row in rows:
        for choice in list_choices(read_shown(row), frozenset(row["continued"])):
            yield row, choice


def read_shown(row: Mapping[str, Any]) -> list[ShownAnswer]:
    """The answers of a row of `comparisons_chosen.sql`."""
    replaced, used = ({tuple(each) for each in row[name]} for name in ("replaced", "used"))
    names = ("trace_ids", "span_ids", "models", "characters", "outcomes", "told")
    return [
        ShownAnswer(
            trace_id=trace_id,
            span_id=span_id,
            model=model,
            characters=characters,
            outcome=outcome,
            is_replaced=(trace_id, span_id) in replaced,
            is_used=(trace_id, span_id) in used,
            told=frozenset(told),
        )
        for trace_id, span_id, model, characters, outcome, told in zip(*(row[name] for name in names), strict=True)
    ]


def load_answers(
    store: Store, project_id: int, told: Sequence[Told], chosen: Sequence[tuple[Mapping[str, Any], Choice]]
) -> list[KnownAnswer]:
    """What is known of all answers that comparisons name."""
    named = [each for one in told for each in (one.told.a, one.told.b, one.feedback)]
    traces = {row["trace_ids"][place] for row, choice in chosen for place in (choice.chosen, choice.other)}
    ids = {
        "trace_ids": sorted(traces | {each.trace_id for each in named} - {""}),
        "span_ids": sorted({each.span_id for each in named} - {""}),
        "message_ids": sorted({each.message_id for each in named} - {""}),
    }
    if not any(ids.values()):
        return []
    rows = store.query("feedback/sql/comparisons_answers.sql", project_id=project_id, **ids)
    return [read_answer(row) for row in rows]


def read_answer(row: Mapping[str, Any]) -> KnownAnswer:
    metadata = json.loads(row["metadata"] or "{}")
    return KnownAnswer(
        **{name: row[name] for name in ("trace_id", "span_id", "message_id", "conversation_id", "user_id", "model")},
        prompt=name_prompt(row["prompt_name"], row["prompt_version"], row["instructions"], row["instructions_digest"]),
        characters=row["characters"],
        attributes={key: str(value) for key, value in metadata.items() if isinstance(value, str | int) and value != ""},
    )


def name_told(each: Told, by: str, finder: AnswerFinder) -> Comparison:
    feedback, told = each.feedback, each.told
    answers = finder.find_side(told.a), finder.find_side(told.b)
    about = finder.find(feedback.span_id, feedback.trace_id, feedback.message_id)
    known = [answer for answer in (about, *answers) if answer]
    return Comparison(
        id=feedback.identifier,
        time_ns=feedback.time_ns,
        kind=tell_kind(feedback),
        a=name_item(by, told.a, answers[0]),
        b=name_item(by, told.b, answers[1]),
        outcome=told.outcome,
        first=told.first,
        characters_a=measure_side(told.a, answers[0]),
        characters_b=measure_side(told.b, answers[1]),
        user=next((answer.user_id for answer in known if answer.user_id), ""),
        conversation_id=feedback.conversation_id or next((each.conversation_id for each in known), ""),
    )


def measure_side(side: Side, answer: KnownAnswer | None) -> int | None:
    return side.characters if side.characters is not None or answer is None else answer.characters


def name_chosen(each: tuple[Mapping[str, Any], Choice], by: str, finder: AnswerFinder) -> Comparison:
    """A choice of behaviour: `a` is what was chosen."""
    row, choice = each
    places = (choice.chosen, choice.other)
    items = [
        row["models"][place]
        if by == MODEL
        else name_item(by, Side(), finder.find(row["span_ids"][place], row["trace_ids"][place], ""))
        for place in places
    ]
    return Comparison(
        id=f"{row['conversation_id']}:{row['turn_index']}:{choice.chosen}-{choice.other}",
        time_ns=row["time_ns"],
        kind="behaviour",
        a=items[0],
        b=items[1],
        outcome="a",
        first="a" if choice.is_first_chosen else "b",
        characters_a=row["characters"][choice.chosen],
        characters_b=row["characters"][choice.other],
        conversation_id=row["conversation_id"],
        why=choice.why,
    )


def add_user(comparison: Comparison, facts: Mapping[str, Mapping[str, Any]]) -> Comparison:
    """With whose verdict it is: the user's, else that of whoever led the conversation. Programs are nobody's: what
    they say of a conversation hangs together."""
    conversation = comparison.conversation_id
    user = facts.get(conversation, {}).get("user_id", "") or comparison.user
    own = "" if comparison.kind == "judge" else user
    return replace(comparison, user=own or (f"conversation {conversation}" if conversation else ""))


def list_attributes(told: Iterable[Told]) -> tuple[str, ...]:
    """Attributes that both sides of some comparison tell, the most frequent first."""
    counts = Counter(name for each in told for name in each.told.a.attributes.keys() & each.told.b.attributes.keys())
    names = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(name for name in names if name not in BUILT_IN)[:MOST_ATTRIBUTES]


def rank_kinds(found: Found) -> dict[Kind, Ranking]:
    """A ranking for each kind of comparison that there is."""
    listed = {kind: found.list_kind(kind) for kind in KINDS}
    return {kind: rank_items(comparisons) for kind, comparisons in listed.items() if comparisons}


def rank_slices(found: Found, slice_by: str) -> list[Slice]:
    """A ranking for each kind in each of the ten parts of the traffic that have the most comparisons."""
    parts: dict[str, list[Comparison]] = {}
    for each in found.comparisons:
        for value in list_values(found.facts.get(each.conversation_id, {}), slice_by):
            parts.setdefault(value, []).append(each)
    most = sorted(parts, key=lambda value: (-len(parts[value]), value))[:MOST_SLICES]
    return [
        Slice(value, kind, ranking)
        for value in most
        for kind, ranking in rank_kinds(Found(tuple(parts[value]))).items()
    ]


def list_values(facts: Mapping[str, Any], slice_by: str) -> Sequence[str]:
    """The parts that a conversation is in."""
    if slice_by == "tag":
        return facts.get("tags") or [UNKNOWN]
    if slice_by == "language":
        code = identify_language(facts.get("first_message", "")).code
        return [name_language(code) if code else UNKNOWN]
    return [facts.get({"service": "service_name"}.get(slice_by, slice_by), "") or UNKNOWN]


def find_page(found: Found, kind: str, place: Place, limit: int) -> tuple[list[Comparison], Place | None]:
    """At most `limit` comparisons of a kind (of all for an empty one) that stand after `place`, the latest first."""
    after = [
        each
        for each in found.comparisons
        if (not kind or each.kind == kind) and (each.time_ns, each.id) < (place.time_ns, place.id)
    ]
    page = after[:limit]
    return page, Place(page[-1].time_ns, page[-1].id) if len(after) > limit else None
