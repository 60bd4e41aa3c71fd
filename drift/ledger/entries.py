"""The ledger of one segment (service and environment): calls come in by time, events go out: what changed, from what.

What the ledger knows is a JSON object that is kept between two readings. Fields are watched for each prompt apart, so
that a service may ask several models in turn; a change that several prompts make together is told once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drift.ledger.fields import FIELDS, INSTRUCTIONS, PROMPT, Call, Field, Values, list_variables
from drift.ledger.rollout import HOUR_NS, HourCount
from drift.ledger.templates import TOLD, Template, Templates
from drift.ledger.watching import Verdict, Watch
from drift.ledger.words import STOP, digest_text

MOST_LINES = 128
MOST_NAMES = 200
"""Things that are watched of one prompt; what comes beyond them is not."""
MOST_TEXTS = 24
KEPT_HOURS = 24 * 14
SAME_CHANGE_NS = 7 * 24 * HOUR_NS
"""How long the same change of other prompts is not told again."""
PROMPT_FIELDS, SEGMENT_FIELDS = (
    tuple(each for each in FIELDS if each.scope == scope) for scope in ("prompt", "segment")
)
MOST_COUNTED = 64
"""Values of a field that are counted in one hour."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change, at the first call that had it."""

    field: str
    """Of `FIELDS`, or `system_instructions`, or `prompt`."""
    name: str
    """Which parameter, tool or part of it; empty where the field is one thing."""
    kind: Verdict
    """`new`; `back`, to a value of before; or `both`: two values are in use at once, told once."""
    prompt: str
    """The prompt's name, else what stands for it."""
    old: str
    new: str
    """Templates and values as people read them; empty where there was none, or is none."""
    old_digest: str
    digest: str
    time_ns: int
    trace_id: str = ""
    span_id: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What an event says of the values."""

    kind: Verdict
    old: str
    new: str
    old_digest: str
    digest: str

    def tell(self, call: Call, field_name: str, name: str, prompt: str) -> Event:
        return Event(
            field_name,
            name,
            self.kind,
            prompt,
            self.old,
            self.new,
            self.old_digest,
            self.digest,
            call.time_ns,
            call.trace_id,
            call.span_id,
        )


@dataclass(slots=True)
class Watched:
    """One thing that is watched, with the texts of its values by digest."""

    watch: Watch
    texts: dict[str, str] = field(default_factory=dict)

    def see(self, text: str) -> Change:
        old, digest = self.watch.current, name_value(text)
        verdict = self.watch.see(digest)
        self.texts[digest] = text
        if len(self.texts) > MOST_TEXTS:
            del self.texts[next(each for each in self.texts if each not in (old, digest))]
        return Change(verdict, self.texts.get(old, ""), text, old, digest)


@dataclass(slots=True)
class Line:
    """What is known of the calls of one prompt."""

    calls: int = 0
    watched: dict[str, Watched] = field(default_factory=dict)
    """By field and name."""
    seen: tuple[Values, ...] = ()
    """What the last call said; the same again is only counted."""
    waiting: int = 0
    """Calls that said the same and are not counted in `watched` yet."""

    def count_waiting(self) -> None:
        for each in self.watched.values():
            each.watch.run += self.waiting
        self.waiting = 0

    def read_values(self, each: Field, values: Values) -> Iterator[tuple[str, Change]]:
        """What changed in one field, by the name of each of its parts."""
        for name, text in {**self._list_missing(each, values), **values}.items():
            known = self._find_watched(each, name)
            change = known.see(text) if known else None
            if change is not None and change.kind in TOLD:
                yield name, change

    def _list_missing(self, each: Field, values: Values) -> Values:
        """Parts that were there before and say something by not being there."""
        if not each.told_when_missing:
            return {}
        start = f"{each.name}{STOP}"
        known = (key.removeprefix(start) for key in self.watched if key.startswith(start))
        return {name: "" for name in known if name not in values}

    def _find_watched(self, each: Field, name: str) -> Watched | None:
        """What is known of a part; one that comes later was unset before."""
        key = f"{each.name}{STOP}{name}"
        known = self.watched.get(key)
        if known is None and len(self.watched) < MOST_NAMES:
            known = self.watched[key] = Watched(Watch(each.find_patience(name)))
            if each.told_when_missing and self.calls > 1:
                known.see("")
                known.watch.run = self.calls - 1
        return known

    def to_json(self) -> dict[str, Any]:
        self.count_waiting()
        watched = {key: {"watch": each.watch.to_json(), "texts": each.texts} for key, each in self.watched.items()}
        return {"calls": self.calls, "watched": watched}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Line":
        watched = {
            key: Watched(Watch.from_json(each["watch"]), dict(each["texts"])) for key, each in kept["watched"].items()
        }
        return cls(kept["calls"], watched)


def name_value(text: str) -> str:
    """A short value is its own digest."""
    return text if len(text) <= 64 else digest_text(text)


class Ledger:
    """What is known of one segment."""

    def __init__(self) -> None:
        self.templates = Templates()
        self.lines: dict[str, Line] = {}
        self.segment = Line()
        self.prompts: list[str] = []
        self.templates_of: dict[str, str] = {}
        """By the name of a prompt, the template that it had last."""
        self.told: dict[str, int] = {}
        self.hours: dict[int, dict[str, dict[str, int]]] = {}
        """Calls by hour, field and value."""

    def read_call(self, call: Call) -> list[Event]:
        """One call, the next in time; the events that it makes."""
        found, template = self._read_instructions(call)
        found += self._read_prompt(call)
        prompt = call.prompt_name or template
        found += self._read_fields(PROMPT_FIELDS, self._find_line(prompt), call, prompt)
        found += self._read_fields(SEGMENT_FIELDS, self.segment, call, "")
        return [event for event in found if event.kind != "new" or self._is_first_telling(event)]

    def _read_instructions(self, call: Call) -> tuple[list[Event], str]:
        """What is new in the system instructions, and what stands for their template."""
        if not call.system_instructions:
            return [], ""
        reading = self.templates.read(call.system_instructions, call.user_id, call.occasion, list_variables(call))
        self._count(call, INSTRUCTIONS, reading.digest)
        before = self._turn_prompt_to(call.prompt_name, self.templates.templates[0].digest)
        if reading.verdict not in TOLD:
            return [], reading.line
        old, old_digest = reading.old, reading.old_digest
        if not old and before:
            old, old_digest = before.show(), before.variant
        change = Change(reading.verdict, old, reading.new, old_digest, reading.digest)
        return [change.tell(call, INSTRUCTIONS, "", call.prompt_name or reading.line)], reading.line

    def _turn_prompt_to(self, name: str, digest: str) -> Template | None:
        """Remember which template a prompt has; the one that it had before, where that was another."""
        before = self.templates_of.get(name, digest)
        if not name or (name not in self.templates_of and len(self.templates_of) >= MOST_LINES):
            return None
        self.templates_of[name] = digest
        return next((each for each in self.templates.templates if each.digest == before != digest), None)

    def _read_prompt(self, call: Call) -> list[Event]:
        """A prompt that is new beside others."""
        name = call.prompt_name
        if not name or name in self.prompts or len(self.prompts) >= MOST_LINES:
            return []
        self.prompts.append(name)
        is_news = len(self.prompts) > 1
        return [Change("new", "", name, "", name_value(name)).tell(call, PROMPT, "", name)] if is_news else []

    def _find_line(self, prompt: str) -> Line:
        line = self.lines.pop(prompt, None) or Line()
        self.lines[prompt] = line
        if len(self.lines) > MOST_LINES:
            del self.lines[next(iter(self.lines))]
        return line

    def _read_fields(self, fields: Sequence[Field], line: Line, call: Call, prompt: str) -> list[Event]:
        said = tuple(each.read(call) for each in fields)
        line.calls += 1
        for each, values in zip(fields, said, strict=True):
            if "" in values:
                self._count(call, each.name, name_value(values[""]))
        if said == line.seen:
            line.waiting += 1
            return []
        line.count_waiting()
        line.seen = said
        return [
            change.tell(call, each.name, name, prompt)
            for each, values in zip(fields, said, strict=True)
            for name, change in line.read_values(each, values)
        ]

    def _is_first_telling(self, event: Event) -> bool:
        """Whether no other prompt made the same change lately."""
        key = digest_text(event.field, event.name, event.old_digest, event.digest)
        if event.time_ns - self.told.get(key, -SAME_CHANGE_NS) < SAME_CHANGE_NS:
            return False
        self.told = {other: at for other, at in self.told.items() if event.time_ns - at < SAME_CHANGE_NS}
        self.told[key] = event.time_ns
        return True

    def _count(self, call: Call, field_name: str, digest: str) -> None:
        hour = call.time_ns // HOUR_NS
        counts = self.hours.setdefault(hour, {}).setdefault(field_name, {})
        if digest in counts or len(counts) < MOST_COUNTED:
            counts[digest] = counts.get(digest, 0) + 1
        if len(self.hours) > KEPT_HOURS:
            del self.hours[min(self.hours)]

    def list_counts(self, field_name: str) -> list[HourCount]:
        """Calls by hour and value of one field, for `measure_shares`."""
        return [
            HourCount(hour, digest, calls)
            for hour, fields in self.hours.items()
            for digest, calls in fields.get(field_name, {}).items()
        ]

    def to_json(self) -> dict[str, Any]:
        """What is known, as an object of JSON."""
        return {
            "templates": self.templates.to_json(),
            "lines": {prompt: line.to_json() for prompt, line in self.lines.items()},
            "segment": self.segment.to_json(),
            "prompts": self.prompts,
            "templates_of": self.templates_of,
            "told": self.told,
            "hours": {str(hour): fields for hour, fields in self.hours.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Ledger":
        ledger = cls()
        ledger.templates = Templates.from_json(kept["templates"])
        ledger.lines = {prompt: Line.from_json(line) for prompt, line in kept["lines"].items()}
        ledger.segment = Line.from_json(kept["segment"])
        ledger.prompts, ledger.told = list(kept["prompts"]), dict(kept["told"])
        ledger.templates_of = dict(kept["templates_of"])
        ledger.hours = {int(hour): fields for hour, fields in kept["hours"].items()}
        return ledger
