"""The filters of a list: query parameters of the address in, one parsed filter and its words out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Self
from urllib.parse import urlencode

from feedback.detectors.machines import MACHINES
from tracing.filter_fields import NAMES, TEXT
from tracing.filter_language import Condition, Filter, quote, read_filter

DAY_NS = 86_400 * 10**9
RANGES = {"24h": DAY_NS, "7d": 7 * DAY_NS, "30d": 30 * DAY_NS}
RANGE_WORDS = {"24h": "last 24 hours", "7d": "last 7 days", "30d": "last 30 days"}
OUTCOME_WORDS = {
    "completed": "complete",
    "stopped": "stopped",
    "truncated": "cut off at the length limit",
    "error": "failed",
}
THUMBS_WORDS = {"up": "thumb up", "down": "thumb down"}
LEADER_WORDS = {"no": "people", "yes": "machines"} | {each.name: each.title for each in MACHINES}
REVIEWED_WORDS = {
    "yes": "reviewed by people",
    "no": "not reviewed yet",
    "satisfied": "judged satisfied",
    "dissatisfied": "judged dissatisfied",
}
OPERATOR_WORDS = {":": "", ">": "over ", ">=": "at least ", "<": "under ", "<=": "at most "}
SENTENCES = {"thumbs": " a %s", "outcome": " an answer that is %s"}
TIME_WORDS = {":": "in ", ">": "after ", ">=": "from ", "<": "before ", "<=": "up to "}


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; an empty field narrows nothing. Fields are named as in the REST API."""

    range: str = ""
    environment: str = ""
    service_name: str = ""
    model: str = ""
    user_id: str = ""
    signal: str = ""
    thumbs: str = ""
    outcome: str = ""
    machine: str = ""
    q: str = ""
    """The filter language."""

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, range: str = "") -> Self:
        """Read the filters of an address; an unknown range is the default `range`."""
        given = {field.name: query.get(field.name, "").strip() for field in fields(cls)}
        given["range"] = given["range"] if given["range"] in RANGES else range
        return cls(**given)

    @property
    def query(self) -> str:
        """The filters as they stand in an address, only those that narrow."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    @property
    def narrows(self) -> bool:
        return bool(self.query)

    @cached_property
    def given(self) -> Filter:
        """All of it as one filter. Raises FilterError."""
        return read_filter(self.q, {name: value for name, value in asdict(self).items() if name != "q"})

    def describe(self, titles: Mapping[str, str]) -> list[str]:
        """Return each filter in words. `titles` has the words for kinds of signals."""
        return describe_conditions(self.given.conditions, titles)


def describe_conditions(conditions: Sequence[Condition], titles: Mapping[str, str]) -> list[str]:
    """Each condition in words, those that look for words in one."""
    said = [each for each in conditions if each.field == TEXT and not each.negated]
    others = [describe_condition(each, titles) for each in conditions if each not in said]
    return others + ([f"containing {describe_terms(said)}"] if said else [])


def describe_condition(condition: Condition, titles: Mapping[str, str]) -> str:
    """A condition in words.

    >>> describe_condition(Condition("cost", ">", ("0.01",), negated=True), {})
    'not: cost over 0.01'
    """
    if condition.field == TEXT:
        return f"not containing {describe_terms([condition])}"
    negation = "not: " if condition.negated else ""
    if condition.field == "time":
        return negation + describe_time(condition)
    if condition.field == "machine":
        named = " or ".join(LEADER_WORDS[value] for value in condition.values)
        return f"{'not ' if negation else ''}led by {named}"
    if condition.field == "reviewed":
        named = " or ".join(REVIEWED_WORDS[value] for value in condition.values)
        return negation + named
    if condition.field == "signal":
        named = " or ".join(name_heard(value, titles) for value in condition.values)
        return f"{'without' if negation else 'with'} “{named}”"
    if condition.field in SENTENCES:
        words = {"thumbs": THUMBS_WORDS, "outcome": OUTCOME_WORDS}[condition.field]
        named = " or ".join(words.get(value, value) for value in condition.values)
        return ("without" if negation else "with") + SENTENCES[condition.field] % named
    if NAMES[condition.field].kind == "name":
        named = " or ".join(f"“{value}”" if value else "none" for value in condition.values)
    else:
        named = OPERATOR_WORDS[condition.operator] + " or ".join(condition.values)
    return f"{negation}{condition.field.replace('_', ' ')} {named}"


def name_heard(value: str, titles: Mapping[str, str]) -> str:
    """A kind of signal in words, with its label where one is asked for.

    >>> name_heard("refusal/needless", {"refusal": "Refused"})
    'Refused (needless)'
    """
    kind, _, label = value.partition("/")
    title = titles.get(kind, kind)
    return f"{title} ({label.replace('_', ' ')})" if label else title


def describe_terms(terms: Sequence[Condition]) -> str:
    """What is looked for: words in one pair of quotation marks, or as it was typed where phrases are among them."""
    values = [term.values[0] for term in terms]
    if any(len(value.split()) > 1 for value in values):
        return " ".join(quote(value) if len(value.split()) > 1 else value for value in values)
    return f"“{' '.join(values)}”"


def describe_time(condition: Condition) -> str:
    """The time in words; an age that is in the selector in those of the selector."""
    is_age = all(value[-1:] in "mhdw" for value in condition.values)
    if condition.operator == ":" and is_age:
        return " or ".join(RANGE_WORDS.get(value, f"last {value}") for value in condition.values)
    return f"{TIME_WORDS[condition.operator]}{' or '.join(condition.values)}{' ago' if is_age else ''}"
