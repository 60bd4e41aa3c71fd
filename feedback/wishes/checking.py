"""An answer and the form that was asked for come in, how the answer fails that form goes out."""

import csv
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from feedback.wishes.forms import Form, FormWish

MAX_CHARACTERS = 200_000
SHOWN_CHARACTERS = 120
_FENCED = re.compile(r"```[ \t]*(\w*)[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_TABLE_RULE = re.compile(r"^[ \t]*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$", re.MULTILINE)
_HTML_TABLE = re.compile(r"<table|\t\S+\t|┌|╔|\+-{2,}\+", re.IGNORECASE)
_ITEM = re.compile(r"^[ \t]*(?:[-*•–▪◦]|\d{1,2}[.)]|[a-z]\))\s+\S|•", re.MULTILINE)
_MARKDOWN = re.compile(r"```|^#{1,6} \S|\*\*[^*\n]+\*\*|^[ \t]*\|.*\|\s*$|^[ \t]*[-*] \*\*", re.MULTILINE)
_YAML_LINE = re.compile(r"^[ \t]*(?:- |[\w\"'.-]+\s*:(?:\s|$))", re.MULTILINE)
_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]*)([^<>]*?)(/?)>")
_NOT_PAIRED = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<!DOCTYPE[^>]*>", re.DOTALL)
_PROSE = re.compile(r"[^\W\d_]{2,}")
LEAST_PROSE_WORDS = 2
"""So many words around what was to stand alone are words around it."""
LEAST_CODE_PROSE_WORDS = 6


@dataclass(frozen=True, slots=True)
class Failure:
    """How the answer fails, for people, and where it breaks."""

    reason: str
    offsets: tuple[tuple[int, int], ...] = ()
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """The part of an answer that has the form, where it begins, and what stands around it."""

    text: str
    start: int
    around: str
    is_fenced: bool


def check_form(answer: str, wish: FormWish) -> Failure | None:
    """Return how the answer fails the form; None where it has it.

    >>> check_form("{name: 1}", FormWish("json", 0, 4)).reason
    'the answer is no valid JSON: Expecting property name enclosed in double quotes at line 1, column 2'
    """
    return CHECKS[wish.form](answer[:MAX_CHARACTERS], wish)


def find_block(answer: str, names: tuple[str, ...], openers: str = "") -> Block:
    """The fenced block of that name, else the first one, else what begins with one of `openers`, else the answer."""
    blocks = list(_FENCED.finditer(answer))
    named = [block for block in blocks if block[1].lower() in names] or [block for block in blocks if not block[1]]
    if chosen := (named or blocks)[:1]:
        [block] = chosen
        return Block(block[2], block.start(2), answer[: block.start()] + answer[block.end() :], is_fenced=True)
    starts = [at for opener in openers if (at := answer.find(opener)) >= 0]
    start = min(starts, default=0)
    end = max((answer.rfind(closer) for closer in CLOSERS.get(answer[start : start + 1], "")), default=-1) + 1
    return Block(
        answer[start : end if end > start else len(answer)],
        start,
        answer[:start] + (answer[end:] if end > start else ""),
        is_fenced=False,
    )


CSV_NAMES = ("csv", "tsv", "text", "plaintext")
CLOSERS = {"{": "}", "[": "]", "<": ">"}


def read_json(answer: str) -> tuple[Any, Block, json.JSONDecodeError | None]:
    """The value in the answer, where it stands, and what is wrong with it."""
    block = find_block(answer, ("json", "json5", "jsonc"), "{[")
    try:
        return json.loads(block.text), block, None
    except json.JSONDecodeError as error:
        return None, block, error
    except RecursionError:
        return None, block, None


def _check_json(answer: str, wish: FormWish) -> Failure | None:
    _, block, error = read_json(answer)
    if error:
        return _describe_error(answer, block, error)
    return _check_around(block, wish, "JSON")


def _describe_error(answer: str, block: Block, error: json.JSONDecodeError) -> Failure:
    if not block.is_fenced and block.text[:1] not in ("{", "["):
        return Failure("the answer holds no JSON")
    at = min(block.start + error.pos, max(0, len(answer) - 1))
    return Failure(
        f"the answer is no valid JSON: {error.msg} at line {error.lineno}, column {error.colno}",
        ((at, min(at + 1, len(answer))),),
    )


def _check_around(block: Block, wish: FormWish, name: str, least: int = LEAST_PROSE_WORDS) -> Failure | None:
    if wish.is_only and len(_PROSE.findall(block.around)) >= least:
        return Failure(f"{name} alone was asked for, and the answer has words around it")
    if wish.is_bare and wish.is_only and block.is_fenced:
        return Failure(f"{name} without a fence was asked for")
    return None


def _check_jsonl(answer: str, wish: FormWish) -> Failure | None:
    fenced = _FENCED.search(answer)
    lines = [line for line in (fenced[2] if fenced else answer).splitlines() if line.strip()]
    told = lines if fenced else [line for line in lines if line.lstrip()[:1] in ("{", "[")]
    for number, line in enumerate(told, 1):
        try:
            json.loads(line)
        except json.JSONDecodeError as error:
            return Failure(f"line {number} is no valid JSON: {error.msg}")
    if not told:
        return Failure("the answer holds no JSON")
    return Failure("JSON lines alone were asked for") if wish.is_only and len(told) < len(lines) else None


def _check_yaml(answer: str, wish: FormWish) -> Failure | None:
    block = find_block(answer, ("yaml", "yml"))
    if not _YAML_LINE.search(block.text):
        return Failure("the answer holds no YAML")
    if tab := re.search(r"^ *\t", block.text, re.MULTILINE):
        return Failure("the YAML is indented with tabs", ((block.start + tab.start(), block.start + tab.end()),))
    return _check_around(block, wish, "YAML") if block.is_fenced else None


def _check_xml(answer: str, wish: FormWish) -> Failure | None:
    block = find_block(answer, ("xml", "html", "svg"), "<")
    open_tags: list[str] = []
    tags = list(_TAG.finditer(_NOT_PAIRED.sub(lambda match: " " * len(match.group()), block.text)))
    if not tags:
        return Failure("the answer holds no XML")
    for tag in tags:
        closes, name, _, closes_itself = tag.groups()
        if closes and (not open_tags or open_tags.pop() != name):
            where = (block.start + tag.start(), block.start + tag.end())
            return Failure(f"the answer is no valid XML: </{name}> closes what is not open", (where,))
        if not closes and not closes_itself:
            open_tags.append(name)
    if open_tags:
        return Failure(f"the answer is no valid XML: <{open_tags[-1]}> is never closed")
    return _check_around(block, wish, "XML")


def _check_csv(answer: str, wish: FormWish) -> Failure | None:
    block = find_block(answer, CSV_NAMES)
    if (fence := _FENCED.search(answer)) and fence[1].lower() not in ("", *CSV_NAMES):
        return Failure("the answer holds no CSV", is_sure=False)
    lines = [line for line in block.text.splitlines() if line.strip()]
    delimiter = max(",;\t|", key=lambda each: sum(each in line for line in lines))
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if row] if not _is_broken(lines) else []
    widths = [len(row) for row in rows]
    if not widths or max(widths) < 2:
        return Failure("the answer holds no CSV", is_sure=len(lines) > 1)
    usual = max(set(widths), key=widths.count)
    if not block.is_fenced:
        others = [width for width in widths if width != usual]
        if widths.count(usual) >= 2 and len(others) <= len(widths) // 2:
            return (
                Failure("CSV alone was asked for, and the answer has words around it")
                if wish.is_only and others
                else None
            )
        return Failure("the answer holds no CSV", is_sure=False)
    for number, width in enumerate(widths, 1):
        if width != widths[0]:
            return Failure(f"row {number} has {width} fields, the first row {widths[0]}")
    return _check_around(block, wish, "CSV")


def _is_broken(lines: list[str]) -> bool:
    """Whether the reader would give up on a field that never ends."""
    return any(len(line) > csv.field_size_limit() for line in lines)


def _check_table(answer: str, _: FormWish) -> Failure | None:
    if (_TABLE_RULE.search(answer) and "|" in answer) or _HTML_TABLE.search(answer) or answer.count("|") >= 6:
        return None
    return Failure("a table was asked for, the answer has none")


def _check_list(answer: str, _: FormWish) -> Failure | None:
    return None if _ITEM.search(answer) else Failure("a list was asked for, the answer has none")


def _check_code(answer: str, _: FormWish) -> Failure | None:
    if "```" not in answer:
        return None
    around = _FENCED.sub(" ", answer)
    if len(_PROSE.findall(around)) >= LEAST_CODE_PROSE_WORDS:
        return Failure("code alone was asked for, and the answer has words around it")
    return None


def _check_plain(answer: str, _: FormWish) -> Failure | None:
    found = _MARKDOWN.search(answer)
    return Failure("plain text was asked for, the answer has markup", (found.span(),)) if found else None


CHECKS: Mapping[Form, Callable[[str, FormWish], Failure | None]] = {
    "json": _check_json,
    "jsonl": _check_jsonl,
    "yaml": _check_yaml,
    "xml": _check_xml,
    "csv": _check_csv,
    "table": _check_table,
    "list": _check_list,
    "code": _check_code,
    "plain": _check_plain,
}
