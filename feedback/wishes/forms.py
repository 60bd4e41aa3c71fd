"""A message or instructions come in, the form that they want the answer in goes out: JSON, YAML, XML, CSV, a table, a
list, code alone, plain text.

"Respond with JSON only" and "put it in a table" are wishes; "why does my JSON not parse" and "save it as JSON" in a
script are not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from feedback.wishes.texts import cut_ends, find_sentence, is_quoted

Form = Literal["json", "jsonl", "yaml", "xml", "csv", "table", "list", "code", "plain"]

_TRIGGERS = frozenset(
    {
        "json", "jsonl", "ndjson", "yaml", "xml", "csv", "tsv", "table", "tables", "tabelle", "tableau", "tabla",
        "tabela", "tabella", "tabel", "bullet", "bullets", "bulleted", "numbered", "list", "stichpunkte",
        "stichpunkten", "puces", "viñetas", "code", "markdown", "plain", "formatting", "aufzählung", "tópicos",
        "elenco", "таблицу", "таблицы", "таблице", "tablo", "liste", "código", "codice",
    }
)  # fmt: skip
_RUN = re.compile("表格|表に|表で|箇条書き")
_TOKEN = re.compile(r"[^\W\d_]+")
_NAMES = r"(?P<form>json ?lines|jsonl|ndjson|json|yaml|xml|csv)"
_VERB = (
    r"(?:return|output|respond|reply|answer|give|produce|generate|format|convert|provide|send|write|extract|translate"
    r"|turn|put|print|emit|want|need|rewrite|show|deliver|in|as|antwort\w*|gib|ausgabe|als|im|répon\w*|renvoie\w*"
    r"|donne\w*|en|au"
    r"|respond\w*|devuelv\w*|dame|como|responda|retorne|em|rispond\w*|restituisci|geef|antwoord|ответь|верни"
    r"|выведи|в)"
)
_ONLY = re.compile(
    rf"\b(?:only|just|strictly|raw|pure|nothing but|solely|nur|ausschließlich|uniquement|seulement|solo|sólo"
    rf"|únicamente|só|apenas"
    rf"|somente|solamente|soltanto|alleen|только)\b(?: (?:a|an|the|one|single|valid|raw|minified|plain"
    rf"|well-formed|gültiges|du|un|le"
    rf"|el|un objeto|um|in|as|with|mit|en|com|con|met))*\s+{_NAMES}\b"
    rf"|\b{_NAMES.replace('form', 'form2')}\s+(?:object |array |output |format )?(?:only|alone|nur|uniquement"
    rf"|solo|apenas)\b"
    rf"|\b{_NAMES.replace('form', 'form3')}\b[^.!?\n]{{0,40}}?[,;:.( –-]+(?:and |with |und |et |y "
    rf"|e )?(?:nothing else|nothing around"
    rf"|no (?:other|extra|additional|prose|explanation|commentary|text|preamble|markdown|words)"
    rf"|without (?:any )?(?:explanation|prose|comment"
    rf"|markdown|other|extra|additional)|sonst nichts|ohne erklärung|rien d'autre|nada más|mais nada|nient'altro"
    rf"|niets anders)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    rf"\b{_VERB}\b(?: me| us| back| out)?(?:[^.!?\n]{{0,70}}?\b(?:in|as|to|into|a|an|valid|the|als|im|en|au|como"
    rf"|em|in formato|формате"
    rf"|following|this|with))?"
    rf"(?: (?:a|an|single|valid|the|raw|pure|format|gültiges))*\s+{_NAMES}\b(?! ?(?:file|parser|parse|error|path"
    rf"|column|field|string|library|schema"
    rf"|key|api|endpoint|response|payload|body|data|load|dump|datei|fichier|archivo|import|export|reader|viewer))",
    re.IGNORECASE,
)
_TABLE = re.compile(
    r"\b(?:as|in|into|to|with|make|create|draw|give me|show me|build|want|need|als|in einer|en|dans|sous forme de"
    r"|en una|como|em|numa"
    r"|in una|в виде|сделай|составь)\s+(?:it |this |them |that )?(?:(?:a|an|one|eine|einer|un|una|uma|een)\s+)?"
    r"(?:\w+ ){0,1}?(?:markdown |comparison |small |simple |short |2-column |two-column |three-column )*"
    r"(?:table|tabelle|tableau|tabla|tabela|tabella|tabel|таблицу|таблицы|таблице)\b(?! (?:of contents|name|row"
    r"|scan|user|order|called|lamp))"
    r"|(?:用|做成|整理成|以|列成|画个|做个|生成)(?:一个|个)?表格|表格(?:形式|列出|展示|对比)|表(?:にして|形式)",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\b(?:as|in|with|use|using)\s+(?:a )?(?:short )?(?:bullet(?:s|ed)?(?: points?| list| form)?|numbered list"
    r"|bullet points)\b"
    r"|\b(?:bulleted|numbered|bullet(?:-| )point) list\b|\bin stichpunkten\b|\bals aufzählung\b"
    r"|\bsous forme de (?:liste|puces)\b"
    r"|\bcon viñetas\b|\bem tópicos\b|\bcome elenco puntato\b|箇条書き",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\b(?:only|just)(?: give me| show| send| return| output| write| reply with| respond with)?(?: the"
    r"| me the)? code(?: block)?\b(?! (?:review|that|in|for|which))"
    r"|\bcode (?:block )?only\b|\bcode,? (?:no|without) (?:explanations?|comments? around|prose|text)\b"
    r"|\bnur (?:den )?code\b"
    r"|\bjuste le code\b|\bsolo (?:el |il )?c(?:ó|o)di(?:go|ce)\b|\bsó o código\b|\balleen (?:de )?code\b"
    r"|\bтолько код\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"\b(?:no|without|don['’]t use|do not use|never use|avoid|kein|ohne|sans|sin|sem|senza"
    r"|geen)\s+(?:any )?markdown\b"
    r"|\b(?:in|as|only|use) plain ?text\b|\bplain text (?:only|please)\b|\bno (?:formatting|bold|asterisks|markup)\b",
    re.IGNORECASE,
)
_ABOUT_CODE = re.compile(
    r"\b(?:script|function|python|javascript|typescript|java|node|bash|powershell|shell|curl|sql|query|program"
    r"|class|method|pandas|parser|parse"
    r"|library|django|react|php|rust|golang|regex|command|how (?:do|can|to|would)|why|what(?:'s| is)|error|fails?"
    r"|doesn['’]t|explain"
    r"|difference|database|postgres|duplicates|select|insert|primary key|mysql|column|html|latex|excel|word doc"
    r"|create table|endpoint|upload|save|load"
    r"|import|open|read|file"
    r"|datei|fichier|archivo|wie|warum|comment|pourquoi|cómo|por qué)\b",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"\b(?:script|function|program|endpoint|server|method|class|parser|accepts?|supports?|how|why)\b", re.IGNORECASE
)
_NO_FENCE = re.compile(
    r"\b(?:raw|no (?:code )?(?:fences?|backticks|markdown|code blocks?)|without (?:code )?(?:fences?|backticks"
    r"|markdown|code blocks?))\b",
    re.IGNORECASE,
)
FIRST_CHARACTERS = 400
_ONE_OF_THREE = ("form", "form2", "form3")


@dataclass(frozen=True, slots=True)
class FormWish:
    """The form that is wanted, and where the message says so."""

    form: Form
    start: int
    end: int
    is_only: bool = False
    """Whether nothing else is to stand in the answer."""
    is_bare: bool = False
    """Whether it is to stand there without a fence."""


def find_form_wishes(text: str) -> list[FormWish]:
    """Return every wish for the form of the answer, one of each form.

    >>> [(wish.form, wish.is_only) for wish in find_form_wishes("Respond with JSON only.")]
    [('json', True)]
    >>> find_form_wishes("Why can't Python parse this JSON?")
    []
    """
    found: dict[Form, FormWish] = {}
    for start, part in cut_ends(text):
        if _may_wish(part):
            for wish in list_wishes(part):
                if not is_quoted(part, wish.end - 1):
                    moved = FormWish(wish.form, wish.start + start, wish.end + start, wish.is_only, wish.is_bare)
                    found.setdefault(wish.form, moved)
    return list(found.values())


@lru_cache(maxsize=64)
def find_standing_form_wishes(instructions: str) -> tuple[FormWish, ...]:
    """The wishes that instructions have for every answer: those that say so outright."""
    wishes = list_wishes(instructions) if _may_wish(instructions) else ()
    found = {wish.form: wish for wish in wishes if wish.is_only or wish.form == "plain"}
    return tuple(found.values())


def _may_wish(text: str) -> bool:
    """Whether it has a word that every wish has one of."""
    return not _TRIGGERS.isdisjoint(_TOKEN.findall(text.lower())) or (
        not text.isascii() and _RUN.search(text) is not None
    )


def list_wishes(text: str) -> Iterator[FormWish]:
    for match in _ONLY.finditer(text):
        name = next(match[group] for group in _ONE_OF_THREE if match[group])
        if not _is_of_program(text, match):
            yield FormWish(_name_form(name), *match.span(), is_only=True, is_bare=_NO_FENCE.search(text) is not None)
    if _ABOUT_CODE.search(text[:FIRST_CHARACTERS]):
        yield from _list_of(text, "code", _CODE, is_only=True)
        yield from _list_of(text, "plain", _PLAIN)
        return
    for match in _ASKED.finditer(text):
        yield FormWish(_name_form(match["form"]), *match.span(), is_bare=_NO_FENCE.search(text) is not None)
    yield from _list_of(text, "table", _TABLE)
    yield from _list_of(text, "list", _LIST)
    yield from _list_of(text, "code", _CODE, is_only=True)
    yield from _list_of(text, "plain", _PLAIN)


def _list_of(text: str, form: Form, pattern: re.Pattern[str], *, is_only: bool = False) -> Iterator[FormWish]:
    return (FormWish(form, *match.span(), is_only=is_only) for match in pattern.finditer(text))


def _is_of_program(text: str, match: re.Match[str]) -> bool:
    """Whether a program is to give that form, not the answer."""
    return _PROGRAM.search(text, *find_sentence(text, *match.span())) is not None


def _name_form(name: str) -> Form:
    lower = name.lower().replace(" ", "")
    return "jsonl" if lower in ("jsonlines", "ndjson", "jsonl") else lower  # type: ignore[return-value]
