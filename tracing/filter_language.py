"""What a person asks a list for comes in as text, parsed conditions go out; what is wrong is told with its position.

    refund "red button" model:gpt-5,gpt-5-mini -signal:rephrase cost>0.01 latency>=2s time:7d

Everything has to hold. Words and quoted phrases are looked for in the texts; `field:value` compares whole, `field:a,b`
is any of them, `-` in front is not. The fields stand in `tracing/filter_fields.py`; `tracing/filter_sql.py` makes SQL.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Literal, cast

from tracing.filter_fields import FIELDS, NAMES, TEXT, Field, Kind

Operator = Literal[":", ">", ">=", "<", "<="]
Quantity = float | tuple[int, int | None]
"""A number, nanoseconds of a duration, or a time: its first nanosecond and the one after its last."""

MAX_CHARACTERS = 4_000
SHOWN_CHARACTERS = 100
SECOND_NS = 10**9
UNITS_NS = {"ms": 10**6, "s": SECOND_NS, "m": 60 * SECOND_NS, "h": 3600 * SECOND_NS}
AGES_NS = {"m": 60 * SECOND_NS, "h": 3600 * SECOND_NS, "d": 86_400 * SECOND_NS, "w": 7 * 86_400 * SECOND_NS}
LAST_TIME_NS = 2**63 - 1

SPACE = re.compile(r"\s*")
WORD = re.compile(r"\S+")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
BARE = re.compile(r'[^\s,"]+')
FIELD = re.compile(r"([A-Za-z][\w.]*)(:?(?:>=|<=|>|<)|[:=])(?!//)", re.ASCII)
AGE = re.compile(r"(\d{1,6})([mhdw])", re.ASCII)
DURATION = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)", re.ASCII)
NUMBER = re.compile(r"\$?([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)


class FilterError(ValueError):
    """`text` is wrong at character `position`, counted from 1; 0 where it came as a parameter of its own."""

    def __init__(self, message: str, position: int = 0, text: str = "") -> None:
        super().__init__(message)
        self.position = position
        self.text = text

    @property
    def marked(self) -> str:
        """The text on one line, and below it a caret where it is wrong; empty where there is no text."""
        if not self.position:
            return ""
        start = max(0, self.position - 1 - SHOWN_CHARACTERS // 2)
        line = re.sub(r"[\s\x00-\x1f\x7f]", " ", self.text[start : start + SHOWN_CHARACTERS])
        before = line[: self.position - 1 - start]
        return f"{line}\n{' ' * sum(map(count_columns, before))}^"


def count_columns(character: str) -> int:
    """How wide a character is where all letters are equally wide."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that has to hold: `field` (its proper name, or `TEXT`) compared with any of `values`."""

    field: str
    operator: Operator
    values: tuple[str, ...]
    negated: bool = False
    position: int = dataclass_field(default=0, compare=False)
    """The character, from 1, at which it begins."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that all have to hold, and the text that they were read from."""

    conditions: tuple[Condition, ...] = ()
    text: str = ""

    def fail(self, condition: Condition, message: str) -> FilterError:
        return FilterError(place_message(message, condition.position), condition.position, self.text)


def read_filter(text: str, parameters: Mapping[str, str] | None = None) -> Filter:
    """Read the language, and parameters that name a field or its alias and one whole value; empty ones ask nothing.

    Raises FilterError.
    """
    given = [read_parameter(name, value) for name, value in (parameters or {}).items() if value]
    return Filter((*given, *Parser(text).parse()), text)


def read_parameter(name: str, value: str) -> Condition:
    """The condition of a parameter of an address; raises FilterError, also for a name that is no field."""
    if name not in NAMES:
        raise FilterError(f"There is no field `{name}`.")
    check_encoding(value)
    try:
        check_value(NAMES[name], ":", value)
    except ValueError as error:
        raise FilterError(f"{error}.") from error
    return Condition(NAMES[name].name, ":", (value,))


def format_conditions(conditions: Sequence[Condition]) -> str:
    """The conditions as text, which reads as the same again.

    >>> format_conditions(Parser('a  "b c" -model:"x y","z"  cost>1').parse())
    'a "b c" -model:"x y",z cost>1'
    """
    return " ".join(format_condition(each) for each in conditions)


def format_condition(condition: Condition) -> str:
    sign = "-" if condition.negated else ""
    if condition.field == TEXT:
        [term] = condition.values
        is_plain = WORD.fullmatch(term) and not FIELD.match(term) and term[0] not in '-"'
        return sign + (term if is_plain else quote(term))
    values = (value if BARE.fullmatch(value) and value[0] not in "<>=" else quote(value) for value in condition.values)
    return f"{sign}{condition.field}{condition.operator}{','.join(values)}"


def quote(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Parser:
    """Reads one text, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def parse(self) -> tuple[Condition, ...]:
        if len(self.text) > MAX_CHARACTERS:
            raise self.fail(f"the filter is longer than {MAX_CHARACTERS:,} characters", MAX_CHARACTERS)
        check_encoding(self.text)
        found: list[Condition] = []
        self.skip_space()
        while self.at < len(self.text):
            found.append(self.read_condition())
            self.skip_space()
        return tuple(found)

    def read_condition(self) -> Condition:
        start = self.at
        negated = self.text[start] == "-" and bool(self.text[start + 1 : start + 2].strip())
        self.at += negated
        match = FIELD.match(self.text, self.at)
        if match is None:
            return Condition(TEXT, ":", (self.read_term(),), negated, start + 1)
        asked = self.find_field(match[1], match.start())
        operator = cast(Operator, match[2].replace("=", ":") if match[2] == "=" else match[2].removeprefix(":") or ":")
        self.at = match.end()
        return Condition(asked.name, operator, self.read_values(asked, operator), negated, start + 1)

    def find_field(self, name: str, position: int) -> Field:
        if name.lower() in NAMES:
            return NAMES[name.lower()]
        close = get_close_matches(name.lower(), NAMES, n=1)
        hint = f"did you mean `{close[0]}`?" if close else "to look for it as text, put it in quotes."
        fields = ", ".join(field.name for field in FIELDS)
        message = f"Unknown field `{name}` at character {position + 1}: {hint} Fields: {fields}."
        raise FilterError(message, position + 1, self.text)

    def read_term(self) -> str:
        if self.text[self.at] == '"':
            return self.read_quoted()
        match = cast(re.Match[str], WORD.match(self.text, self.at))
        self.at = match.end()
        return match[0]

    def read_quoted(self) -> str:
        match = QUOTED.match(self.text, self.at)
        if match is None:
            raise self.fail("this quote is never closed", self.at)
        self.at = match.end()
        return re.sub(r"\\([\"\\])", r"\1", match[1])

    def read_values(self, asked: Field, operator: Operator) -> tuple[str, ...]:
        values = [self.read_value(asked, operator)]
        while self.text[self.at : self.at + 1] == ",":
            if operator != ":":
                raise self.fail(f"`{asked.name}{operator}` takes one value", self.at)
            self.at += 1
            values.append(self.read_value(asked, operator))
        if self.text[self.at : self.at + 1].strip():
            raise self.fail(
                'a value that holds quotes has to stand in quotes as a whole, those within it as \\"', self.at
            )
        return tuple(values)

    def read_value(self, asked: Field, operator: Operator) -> str:
        start = self.at
        match = BARE.match(self.text, start)
        if match is None and self.text[start : start + 1] != '"':
            raise self.fail(f"`{asked.name}` lacks a value, such as {asked.example}", start)
        self.at = match.end() if match else start
        value = match[0] if match else self.read_quoted()
        try:
            check_value(asked, operator, value)
        except ValueError as error:
            raise self.fail(str(error), start) from error
        return value

    def skip_space(self) -> None:
        self.at = cast(re.Match[str], SPACE.match(self.text, self.at)).end()

    def fail(self, message: str, index: int) -> FilterError:
        return FilterError(place_message(message, index + 1), index + 1, self.text)


def place_message(message: str, position: int) -> str:
    return f"At character {position}: {message}." if position else f"{message}."


def check_encoding(text: str) -> None:
    """Refuse what no UTF-8 text holds."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FilterError(
            place_message("this is no valid Unicode", error.start + 1),
            error.start + 1,
            text.encode(errors="replace").decode(),
        ) from None


def check_value(asked: Field, operator: Operator, value: str) -> None:
    """Raise ValueError, in words, where the field cannot be compared with the value."""
    if asked.kind == "name":
        if operator != ":":
            raise ValueError(f"`{asked.name}` is not more or less than something: write {asked.example}")
        if asked.choices and value not in asked.choices:
            raise ValueError(f"`{asked.name}` is one of {', '.join(asked.choices)}, not `{value}`")
    else:
        read_quantity(asked, value)
        if asked.kind == "duration" and operator == ":":
            raise ValueError(f"`{asked.name}` is more or less than something: write {asked.example}")


def read_quantity(asked: Field, value: str, now_ns: int = 0) -> Quantity:
    """What a number, duration or time means; ages are before `now_ns`. Raises ValueError, in words."""
    quantity = READERS[asked.kind](value.strip(), now_ns)
    if quantity is None:
        raise ValueError(f"`{asked.name}` is compared with {EXPECTED[asked.kind]}, not with `{value}`")
    return quantity


def read_number(value: str, _now_ns: int) -> float | None:
    match = NUMBER.fullmatch(value)
    return float(match[1]) if match and abs(float(match[1])) < float("inf") else None


def read_duration(value: str, _now_ns: int) -> float | None:
    match = DURATION.fullmatch(value)
    return float(match[1]) * UNITS_NS[match[2]] if match and len(match[1]) < 20 else None


def read_time(value: str, now_ns: int) -> tuple[int, int | None] | None:
    """First nanosecond of a day or moment and the one after its last; for an age, the moment and None."""
    if age := AGE.fullmatch(value):
        return max(0, now_ns - int(age[1]) * AGES_NS[age[2]]), None
    moment = MOMENT.fullmatch(value)
    if not moment and not DAY.fullmatch(value):
        return None
    try:
        start = datetime.fromisoformat(value)
        start = start.astimezone(UTC) if start.tzinfo else start.replace(tzinfo=UTC)
        start_ns = (start - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1) * 1000
    except (ValueError, OverflowError):
        return None
    end_ns = start_ns + find_length(moment)
    return (start_ns, end_ns) if start_ns >= 0 and end_ns <= LAST_TIME_NS else None


def find_length(moment: re.Match[str] | None) -> int:
    """How long what was named lasts: a day, a minute, a second or a microsecond, in nanoseconds."""
    if moment is None:
        return AGES_NS["d"]
    if moment[1] is None:
        return AGES_NS["m"]
    return SECOND_NS if moment[2] is None else 1000


READERS: Mapping[Kind, Callable[[str, int], Quantity | None]] = {
    "number": read_number,
    "duration": read_duration,
    "time": read_time,
}
EXPECTED: Mapping[Kind, str] = {
    "number": "a number such as 0.5",
    "duration": "a number and its unit, such as 500ms, 2s, 1.5m or 1h",
    "time": "an age such as 24h, 7d or 2w, a day such as 2026-11-01, or a moment such as 2026-11-01T09:30Z",
}
