"""Checks of answers: a case, as a line of `cases.jsonl` has it, and an answer come in, what is wrong with it goes out.

The standard library is all it needs. Tacit itself asks this file whether a check fails on the answer that was bad and
passes on the better one before it writes the check down; pytest (`test_regressions.py`) and Promptfoo (`get_assert`)
ask the same file afterwards.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Check = Mapping[str, Any]
Case = Mapping[str, Any]

OPENING_CHARACTERS = 280
LONGEST_REFUSAL = 900
"""Who declines and then says more than this helps all the same."""
SLACK = 0.1
"""By so much of itself a length may be missed: programs count words differently."""
LEAST_LETTERS = 12
MOST_OTHER_CASE = 0.02

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|(?:[^\W_{UNSPACED}]|[\u0300-\u036f\u0900-\u0963\u0966-\u0dff])+")
THOUSANDS = re.compile(r"(?<=\d)[,'’\u00a0\u202f](?=\d{3}(?!\d))")
THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
"""What some models show of their thoughts before they answer."""
FENCED = re.compile(r"```[ \t]*\w*[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
ITEM = re.compile(r"^[ \t]*(?:[-*•–]|\d{1,2}[.)])\s+\S", re.MULTILINE)
SENTENCE_END = re.compile(r"[.!?…]+[\"”’)]*(?=\s+[^a-zà-ÿ\s]|\s*\Z)|[。！？]")


def judge(case: Case, answer: str) -> list[str]:
    """What is wrong with an answer, a sentence for each check that it fails; nothing where it passes."""
    said = THOUGHT.sub("", answer)
    if not said.strip():
        return ["the answer is empty"]
    return [fault for check in case["checks"] if (fault := find_fault(check, case, said))]


def find_fault(check: Check, case: Case, answer: str) -> str:
    """How an answer fails a check; empty where it passes. Raises KeyError for a check that is not known here."""
    return CHECKS[check["kind"]](check, case, answer)


def get_assert(output: Any, context: Mapping[str, Any]) -> dict[str, Any]:
    """What Promptfoo asks of an output, as its `python` assertions are asked."""
    case = json.loads(context["vars"]["case"])
    faults = judge(case, output if isinstance(output, str) else "")
    told = f"{case['failure']}: {'; '.join(faults)}" if faults else "the failure did not come back"
    return {"pass": not faults, "score": 0.0 if faults else 1.0, "reason": make_plain(told)}


def make_plain(text: str) -> str:
    """A text for a terminal or a log, on one line: what moves a cursor, and what CI takes for a command, is undone.

    >>> print(make_plain("a\\n::error::b"))
    a\\n: :error: :b
    """
    shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
    return shown.replace("::", ": :").replace("##[", "# #[")


def normalise(text: str) -> str:
    """The same text for the same words: case, width, quotation marks and marks between thousands do not count.

    >>> normalise("It’s  1,200 EUR")
    "it's 1200 eur"
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return THOUSANDS.sub("", " ".join(plain.split()))


def holds(text: str, value: str) -> bool:
    """Whether a value stands in a text, and not only as a part of a longer word or number.

    >>> holds("It is 51.", "51"), holds("It is 151, or 51.5", "51")
    (True, False)
    """
    wanted = normalise(value)
    start = rf"(?<![^\W_{UNSPACED}])(?<!\d[.,])" if is_worded(wanted[:1]) else ""
    end = rf"(?![^\W_{UNSPACED}])(?![.,]\d)" if is_worded(wanted[-1:]) else ""
    return bool(wanted) and re.search(start + re.escape(wanted) + end, normalise(text)) is not None


def is_worded(letter: str) -> bool:
    """Whether a letter is of a script that sets words apart."""
    return re.match(rf"[^\W_{UNSPACED}]", letter) is not None


def list_words(text: str) -> list[str]:
    return WORD.findall(normalise(text))


def _check_holds(check: Check, _case: Case, answer: str) -> str:
    """`values`: each a list of ways to write it, of which one is to stand there."""
    missing = [ways[0] for ways in check["values"] if not any(holds(answer, way) for way in ways)]
    return f"it does not say “{missing[0]}”" if missing else ""


def _check_lacks(check: Check, _case: Case, answer: str) -> str:
    found = [value for value in check["values"] if holds(answer, value)]
    return f"it says “{found[0]}”, which was to be left out" if found else ""


def _check_instead(check: Check, _case: Case, answer: str) -> str:
    """None of `wrong` without any of `right`."""
    found = [value for value in check["wrong"] if holds(answer, value)]
    if not found or any(holds(answer, value) for value in check["right"]):
        return ""
    return f"it says “{found[0]}”, and not “{check['right'][0]}”"


def _check_nearer(_check: Check, case: Case, answer: str) -> str:
    """Its words are to be more like those of the better answer than those of the bad one."""
    to_better, to_bad = (measure_likeness(answer, case[name]) for name in ("better_answer", "bad_answer"))
    if to_better > to_bad:
        return ""
    return f"it is no nearer to the better answer than to the bad one ({to_better:.2f} and {to_bad:.2f})"


def measure_likeness(one: str, other: str) -> float:
    """The harmonic mean of how much of each text's words the other has (F1 of words), 0 to 1.

    >>> measure_likeness("a b", "a c")
    0.5
    """
    left, right = Counter(list_words(one)), Counter(list_words(other))
    both = sum((left & right).values())
    return 2 * both / (sum(left.values()) + sum(right.values())) if both else 0.0


def _check_answers(_check: Check, _case: Case, answer: str) -> str:
    """That it does not decline."""
    return "it declines" if declines(answer) else ""


def declines(answer: str) -> bool:
    """Whether an answer declines in its first words, and helps no further."""
    opening = answer[:OPENING_CHARACTERS].replace("’", "'")
    lower = opening.lower()
    words = set(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", lower))
    rules = (rule for told in load_refusals() if may_hold(told, words, lower) for rule in told["patterns"])
    return len(answer) <= LONGEST_REFUSAL and any(rule.search(opening) for rule in rules)


def may_hold(told: Mapping[str, Any], words: set[str], lower: str) -> bool:
    """Whether a text has any of the words that every refusal of a language has one of."""
    known = bool(words & set(told.get("words", "").split())) or any(
        run in lower for run in told.get("runs", "").split()
    )
    return known and ("also" not in told or bool(words & set(told["also"].split())))


@cache
def load_refusals() -> list[dict[str, Any]]:
    """The words of refusals, by language, from `refusals.json` beside this file, or where Tacit itself has it."""
    beside = HERE / "refusals.json"
    path = beside if beside.is_file() else HERE.parents[1] / "replies" / "refusals.json"
    told: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [
        {**each, "patterns": [compile_rule(rule, each.get("parts", {})) for rule in each["rules"]]}
        for each in told.values()
    ]


def compile_rule(rule: str, parts: Mapping[str, str]) -> re.Pattern[str]:
    for name, part in parts.items():
        rule = rule.replace(f"<{name}>", f"(?:{part})")
    return re.compile(rule, re.IGNORECASE)


def _check_count(check: Check, _case: Case, answer: str) -> str:
    """`unit`, `least` and `most`, either of which may be null."""
    count, least, most = COUNTS[check["unit"]](answer), check["least"], check["most"]
    if most is not None and count > most * (1 + SLACK):
        return f"it has {count} {check['unit']}, at most {most:g} were asked for"
    if least is not None and count < least * (1 - SLACK):
        return f"it has {count} {check['unit']}, at least {least:g} were asked for"
    return ""


COUNTS: Mapping[str, Callable[[str], int]] = {
    "words": lambda text: len(list_words(text)),
    "characters": lambda text: len(text.strip()),
    "sentences": lambda text: max(1, len(SENTENCE_END.findall(text))),
    "paragraphs": lambda text: sum(bool(block.strip()) for block in re.split(r"\n\s*\n", text)),
    "lines": lambda text: sum(bool(line.strip()) for line in text.splitlines()),
    "items": lambda text: len(ITEM.findall(text)),
}


def _check_pattern(check: Check, _case: Case, answer: str) -> str:
    """`pattern` is to be found where `is_wanted`, else not; `what` names it."""
    found = re.search(check["pattern"], answer, re.MULTILINE) is not None
    if found == check["is_wanted"]:
        return ""
    return f"it has no {check['what']}" if check["is_wanted"] else f"it has {check['what']}"


def _check_case(check: Check, _case: Case, answer: str) -> str:
    """`is_lower`: whether all letters are to be small, else large."""
    letters = [letter for letter in answer if letter.isupper() or letter.islower()]
    others = sum(letter.isupper() == check["is_lower"] for letter in letters)
    if len(letters) < LEAST_LETTERS or others <= MOST_OTHER_CASE * len(letters):
        return ""
    return f"it is not in {'lower' if check['is_lower'] else 'upper'} case"


def _check_json(check: Check, _case: Case, answer: str) -> str:
    """Valid JSON, alone where `is_only`, and of the shape of `schema`, where that is not null."""
    fenced = FENCED.search(answer)
    text = fenced[1] if fenced else answer if check["is_only"] else cut_json(answer)
    try:
        value = json.loads(text.strip())
    except (ValueError, RecursionError) as error:
        return f"it is no valid JSON: {error}"
    fault = find_shape_fault(check["schema"], value) if check["schema"] is not None else ""
    return f"its JSON has not the shape that was asked for: {fault}" if fault else ""


def cut_json(answer: str) -> str:
    """From the first bracket to the last."""
    start = min((at for sign in "{[" if (at := answer.find(sign)) >= 0), default=0)
    return answer[start : max(answer.rfind("}"), answer.rfind("]")) + 1]


TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def find_shape_fault(schema: Any, value: Any, place: str = "the value") -> str:
    """What of a JSON schema a value breaks: types, required members, `enum`, and the same of members and items."""
    if not isinstance(schema, dict):
        return ""
    if not has_type(schema.get("type"), value):
        return f"{place} is not of type {schema['type']}"
    if isinstance(schema.get("enum"), list) and value not in schema["enum"]:
        return f"{place} is none of the values that it may have"
    if isinstance(value, dict):
        missing = [name for name in schema.get("required", ()) if name not in value]
        members = schema.get("properties", {}).items()
        faults = [find_shape_fault(each, value[name], f"“{name}”") for name, each in members if name in value]
        return f"{place} has no “{missing[0]}”" if missing else next(filter(None, faults), "")
    items = value if isinstance(value, list) else []
    return next(
        filter(None, (find_shape_fault(schema.get("items"), each, f"an item of {place}") for each in items)), ""
    )


def has_type(wanted: Any, value: Any) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else []
    known = [name for name in names if name in TYPES]
    is_number = isinstance(value, bool) and not {"boolean"} & set(known)
    return not known or (not is_number and any(isinstance(value, TYPES[name]) for name in known))


def _check_words(check: Check, _case: Case, answer: str) -> str:
    """Not as many of the words that tell the language that was `given` as of those that tell the one asked for."""
    words = set(list_words(FENCED.sub(" ", answer)))
    wanted, given = words & set(check["wanted"]), words & set(check["given"])
    return f"it does not seem to be in {check['language']}" if len(given) >= max(1, len(wanted)) else ""


def _check_script(check: Check, _case: Case, answer: str) -> str:
    """At least half of the letters, if there are any, within `ranges`: pairs of the first and the last code point."""
    letters = [ord(letter) for letter in FENCED.sub(" ", answer) if letter.isalpha()]
    own = sum(is_within(letter, check["ranges"]) for letter in letters)
    return "" if 2 * own >= len(letters) else f"it does not seem to be in {check['language']}"


def is_within(point: int, ranges: Iterable[Sequence[int]]) -> bool:
    return any(first <= point <= last for first, last in ranges)


CHECKS: Mapping[str, Callable[[Check, Case, str], str]] = {
    "answers": _check_answers,
    "case": _check_case,
    "count": _check_count,
    "holds": _check_holds,
    "instead": _check_instead,
    "json": _check_json,
    "lacks": _check_lacks,
    "nearer": _check_nearer,
    "pattern": _check_pattern,
    "script": _check_script,
    "words": _check_words,
}
