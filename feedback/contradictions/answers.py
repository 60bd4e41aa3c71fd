"""A request and two answers to it come in; where they contradict each other goes out, with a sentence for people.

They do by saying yes and no, by denying what the other says, by another figure, day, link or address for the same
thing, or where one declines what the other answers. What the other answer tells as well, only bounds, rounds or tells
of something else does not contradict it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from feedback.claims.paragraphs import read_paragraph
from feedback.claims.texts import NUMBERING
from feedback.claims.units import UNITS
from feedback.contradictions.figures import Figure, agree, read_figures
from feedback.contradictions.requests import Request
from feedback.contradictions.wording import (
    Clause,
    are_opposed,
    blank_code,
    find_stem,
    is_conditional,
    split_clauses,
)
from feedback.replies import find_refusal

KINDS = ("yes_no", "denial", "figure", "day", "contact", "refusal")
LONGEST = 2_500
"""Characters of an answer that are read."""
MOST_CLAUSES = 40
SURE_BY_SPOKEN = (0.8, 0.88, 0.95)
"""By how many of two answers say yes or no in so many words."""
LESS_BY_CONDITION = 0.1
LONGEST_GREETING = 6
OPENING = 200
LEAST_ANSWER = 40
LEAST_SHARED = 2
LEAST_OVERLAP = 0.74
LEAST_LIKENESS = 0.6
LEAST_CONTEXT = 0.5
LEAST_ABOUT = 0.6
"""Of the words of a request, so many stand in the clause that answers it without a yes or a no."""

UNIT_STEMS = frozenset(map(find_stem, UNITS))
_YES = re.compile(
    r"^\W*(?:(?:great|good) (?:news|question)\W+)?(?:yes|yep|yeah|yup|absolutely|certainly|definitely|of course"
    r"|sure(?: thing)?|correct|indeed"
    r"|(?:you|it|they|we|there) (?:will|does|do|can|is|are)(?=[!.,])|you can\b|that['’]s (?:right|correct)|ja"
    r"|jawohl|natürlich|selbstverständlich|oui|bien sûr|sí|si,|claro"
    r"|por supuesto|sim|certo|да|tak|evet|是的|可以|はい|네)(?![\w'’])",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(?:(?:i['’]m )?(?:sorry|afraid)\W+)?(?:no|nope|nein|leider nein|non|não|нет|nie|hayır|不是|不可以|いいえ"
    r"|아니요)(?=\s*(?:[,.;:!—–-]|$))"
    r"|^\W*(?:unfortunately|leider|malheureusement|lamentablemente|desafortunadamente|purtroppo|infelizmente)\b"
    r"|^\W*no (?=you |it |they |we |i |there |that )",
    re.IGNORECASE,
)
_YOU_CAN = re.compile(r"^\W*you can", re.IGNORECASE)
_REGRETS = re.compile(r"^\W*(?:i['’]m (?:afraid|sorry)|we['’]re sorry|sorry|it['’]s best not)\b", re.IGNORECASE)
_UNSURE = re.compile(
    r"\b(?:it depends|depends on|not sure|i don['’]t know|i do not know|may or may not|sometimes|partly|partially"
    r"|in some cases|kommt darauf an|weiß (?:ich )?nicht|ça dépend|je ne sais pas|depende|no sé)\b",
    re.IGNORECASE,
)
_ASKS_DAY = re.compile(
    r"\b(?:when|what (?:day|date|time|year)|which (?:\w+ )?(?:day|date|year|month|weekday)|deadline|due|until"
    r"|by when|last day|open(?:ing|s)?"
    r"|close[sd]?|hours|start|end|leave|arrive|founded|built|in which year|wann|bis wann|uhr|quand|quelle (?:date"
    r"|heure)"
    r"|cuándo|qué (?:día|hora)|quando)\b",
    re.IGNORECASE,
)
_ASKS_CONTACT = re.compile(
    r"\b(?:e-?mail|mail|phone|number|call|contact|reach|fax|hotline|address|link|url|website|site|page|where|download"
    r"|telefon\w*|nummer|adresse|webseite|téléphone|numéro|correo|teléfono|número|dirección|página)\b",
    re.IGNORECASE,
)
_ASKS_QUANTITY = re.compile(
    r"\b(?:how (?:much|many|long|often|fast|big|large|far|old|high|tall|hot|deep|wide|soon|quickly|heavy)|(?:what"
    r"|which)(?! (?:should|do|does|did|can|could|happen|to|if|about|kind)\b)|what['’]s|whats|cost|price"
    r"|wie (?:viele?|lange|hoch|oft|groß|schnell|weit|alt|teuer)|welche\w*|was|kostet|combien|quel(?:le)?s?|cuánt[oa]s?"
    r"|cuanto|qué|quant[oa]|hoeveel|ile|сколько)\b",
    re.IGNORECASE,
)
_ASKS_LIMIT = re.compile(
    r"\b(?:may|can|could|allowed|allow|limit|maximum|minimum|max|min|most|least|deadline|notice|have to|policy"
    r"|window|darf"
    r"|dürfen|höchst\w*|mindest\w*|maxim\w*|minim\w*|puedo|tengo|peux|ai-je)\b|\bdo i (?:have|get|need)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is compared."""

    text: str
    clauses: tuple[Clause, ...]
    figures: tuple[Figure, ...]
    declines: tuple[int, int] | None
    """Where it declines and does not help."""
    is_partial: bool
    """It declines, and helps all the same."""

    @property
    def signature(self) -> tuple[object, ...]:
        """The same for answers that say the same as far as is compared here, though in other words."""
        first = self.clauses[0] if self.clauses else None
        opening = bool(_YES.search(self.text)), bool(_NO.search(self.text)), bool(first and first.denies)
        told = sorted({(each.kind, round(each.low, 6), round(each.high, 6), each.key) for each in self.figures})
        denied = frozenset(each.stems for each in self.clauses if each.denies)
        return (self.declines is None, self.is_partial, opening, tuple(told), denied)


@dataclass(frozen=True, slots=True)
class Stance:
    """What an answer says to a question of yes or no: 1 yes, -1 no, 0 neither; where, and whether by these words."""

    sign: int
    span: tuple[int, int]
    is_spoken: bool


NEITHER = Stance(0, (0, 0), is_spoken=False)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where two answers contradict each other: offsets of the passages, and what each says in a few words."""

    kind: str
    score: float
    one: tuple[int, int]
    other: tuple[int, int]
    one_says: str
    other_says: str

    def turned(self) -> "Conflict":
        return Conflict(self.kind, self.score, self.other, self.one, self.other_says, self.one_says)


@lru_cache(8_192)
def read_answer(text: str) -> Answer:
    plain = NUMBERING.sub(lambda match: " " * len(match.group()), blank_code(text[:LONGEST]))
    clauses = tuple(split_clauses(_blank_marks(plain)))[:MOST_CLAUSES]
    refusal = find_refusal(text)
    return Answer(
        text=plain,
        clauses=clauses,
        figures=read_figures(plain, clauses),
        declines=(refusal.start, refusal.end) if refusal and not refusal.is_partial else None,
        is_partial=refusal is not None and refusal.is_partial,
    )


def _blank_marks(text: str) -> str:
    """The text with spaces for links, dates and times, whose points end no sentence; that of "8 p.m." may."""
    paragraph = read_paragraph(text)
    plain = paragraph.plain
    for time in paragraph.times:
        if text[time.end - 1] == ".":
            plain = f"{plain[: time.end - 1]}.{plain[time.end :]}"
    return plain


def compare_answers(request: Request, one: Answer, other: Answer) -> Conflict | None:
    """The contradiction that is surest, if there is one."""
    return max(list_conflicts(request, one, other), key=lambda each: each.score, default=None)


def list_conflicts(request: Request, one: Answer, other: Answer) -> Iterator[Conflict]:
    """All contradictions between two answers."""
    yield from _compare_refusals(request, one, other)
    yield from _compare_stances(request, one, other)
    yield from _compare_clauses(request, one, other)
    yield from _compare_figures(request, one, other)


def _compare_refusals(request: Request, one: Answer, other: Answer) -> Iterator[Conflict]:
    if (one.declines is None) == (other.declines is None):
        return
    if one.declines is None:
        yield from (each.turned() for each in _compare_refusals(request, other, one))
        return
    is_answer = len(other.text) >= LEAST_ANSWER and not other.is_partial and not other.text.rstrip().endswith("?")
    if is_answer and (not request.expects_yes_or_no or read_stance(request, other).sign >= 0):
        end = other.clauses[0].end if other.clauses else len(other.text)
        yield Conflict("refusal", 0.7, one.declines, (0, end), "declines", "answers")


def read_stance(request: Request, answer: Answer) -> Stance:
    """Whether the answer says yes or no to what was asked. To "Is it not …?" both words may mean either."""
    clauses = [each for each in answer.clauses[:4] if not _only_greets(request, each)]
    if not clauses or clauses[0].asks or request.denies or _UNSURE.search(answer.text[:OPENING]):
        return NEITHER
    return _read_spoken(answer.text, clauses[0]) or _read_implied(request, clauses[:2])


def _only_greets(request: Request, clause: Clause) -> bool:
    is_short = len(clause.words) <= LONGEST_GREETING and not clause.denies and not clause.stems & request.stems
    return is_short and not any(each.search(" ".join(clause.words)) for each in (_YES, _NO, _REGRETS))


def _read_spoken(text: str, first: Clause) -> Stance | None:
    """What the answer says in so many words."""
    said = text[first.start :]
    span = first.start, first.end
    if _NO.search(said) or (first.denies and (_REGRETS.search(said) or _YOU_CAN.search(said))):
        return Stance(-1, span, is_spoken=True)
    return Stance(1, span, is_spoken=True) if _YES.search(said) else None


def _read_implied(request: Request, clauses: Sequence[Clause]) -> Stance:
    """What it says by denying, or not, what was asked."""
    for clause in clauses:
        if request.expects_yes_or_no and not clause.asks and _is_about(request, clause):
            if clause.narrowing - request.stems:
                break
            return Stance(-1 if clause.denies else 1, (clause.start, clause.end), is_spoken=False)
    return NEITHER


def _is_about(request: Request, clause: Clause) -> bool:
    shared = len(request.stems & clause.stems)
    return shared > 0 and shared >= LEAST_ABOUT * len(request.stems)


def _compare_stances(request: Request, one: Answer, other: Answer) -> Iterator[Conflict]:
    """Yes and no. A condition may make both right."""
    first, second = read_stance(request, one), read_stance(request, other)
    spoken = first.is_spoken + second.is_spoken
    if first.sign * second.sign != -1 or (not request.expects_yes_or_no and spoken < 2):
        return
    if any(is_conditional(answer.text[: stance.span[1]]) for answer, stance in ((one, first), (other, second))):
        return
    conditions = sum(is_conditional(answer.text[:OPENING]) for answer in (one, other))
    words = {1: "yes", -1: "no"}
    score = SURE_BY_SPOKEN[spoken] - LESS_BY_CONDITION * conditions
    yield Conflict("yes_no", score, first.span, second.span, words[first.sign], words[second.sign])


def _compare_clauses(request: Request, one: Answer, other: Answer) -> Iterator[Conflict]:
    """Clauses that say the same, one of which denies it."""
    if _UNSURE.search(one.text) or _UNSURE.search(other.text):
        return
    for first in one.clauses:
        for second in other.clauses:
            if first.denies == second.denies or not (likeness := _measure_clauses(request, first, second)):
                continue
            shared = first.stems & second.stems
            if _says_too(one, second.denies, shared) or _says_too(other, first.denies, shared):
                continue
            says = ("denies it", "says so") if first.denies else ("says so", "denies it")
            spans = (first.start, first.end), (second.start, second.end)
            yield Conflict("denial", 0.55 + 0.3 * likeness, *spans, *says)


def _says_too(answer: Answer, denies: bool, stems: frozenset[str]) -> bool:
    """Whether the answer says or denies this, too."""
    return any(
        each.denies == denies and len(each.stems & stems) >= LEAST_OVERLAP * len(stems) for each in answer.clauses
    )


def _measure_clauses(request: Request, one: Clause, other: Clause) -> float:
    """How much two clauses are of the same, 0 where they are not."""
    shared = len(one.stems & other.stems)
    least = min(len(one.stems), len(other.stems))
    if shared < LEAST_SHARED or one.asks or other.asks:
        return 0.0
    overlap, likeness = shared / least, shared / len(one.stems | other.stems)
    is_same = (overlap >= LEAST_OVERLAP and (shared > LEAST_SHARED or likeness >= LEAST_CONTEXT)) or (
        likeness >= LEAST_LIKENESS
    )
    if not (is_same or _begins_with(one, other) or _begins_with(other, one)) or _differ_in_kind(request, one, other):
        return 0.0
    return max(likeness, overlap - 0.2)


def _begins_with(one: Clause, other: Clause) -> bool:
    """Whether one clause is all that the other begins with: "Points expire" of "Points expire after a year"."""
    first = [stem for word in one.words if (stem := find_stem(word)) in one.stems]
    return len(other.stems) >= LEAST_SHARED and other.stems <= frozenset(first[: len(other.stems) + 1])


def _differ_in_kind(request: Request, one: Clause, other: Clause) -> bool:
    """Whether the two tell of different things: `standard` here and `express` there, or one that nobody asked for."""
    asked = frozenset(request.words)
    if are_opposed(frozenset(one.words) - asked, frozenset(other.words) - asked):
        return True
    if (one.kinds ^ other.kinds) - asked:
        return True
    return bool((one.narrowing - other.stems - request.stems) or (other.narrowing - one.stems - request.stems))


def _compare_figures(request: Request, one: Answer, other: Answer) -> Iterator[Conflict]:
    """Figures of one kind that cannot both be right, neither of which the other answer tells as well."""
    limit = _ASKS_LIMIT.search(request.text) is not None
    for first in one.figures:
        for second in other.figures:
            if agree(first, second, asks_for_a_limit=limit) or not (
                context := _measure_context(request, one, other, first, second)
            ):
                continue
            if _is_told(first, other, limit) or _is_told(second, one, limit):
                continue
            kind = "contact" if first.is_contact else "day" if first.is_day or first.kind == "year" else "figure"
            spans = (first.start, first.end), (second.start, second.end)
            says = one.text[first.start : first.end].strip(), other.text[second.start : second.end].strip()
            yield Conflict(kind, context, *spans, *says)


def _is_told(figure: Figure, answer: Answer, limit: bool) -> bool:
    return any(each.kind == figure.kind and agree(figure, each, asks_for_a_limit=limit) for each in answer.figures)


def _measure_context(request: Request, one: Answer, other: Answer, first: Figure, second: Figure) -> float:
    """How sure it is that two figures are of the same thing, 0 where it is not."""
    if first.kind != second.kind or _differ_in_kind(request, first.clause, second.clause):
        return 0.0
    if first.clause.asks or second.clause.asks:
        return 0.0
    mine, yours = _list_context(first), _list_context(second)
    likeness = len(mine & yours) / max(len(mine | yours), 1)
    if _is_asked_for(request, first) and _answers(request, one, first) and _answers(request, other, second):
        return 0.75 + 0.2 * likeness
    if first.kind == "number" or first.is_contact:
        return 0.5 + 0.4 * likeness if likeness >= LEAST_OVERLAP else 0.0
    shared = len(mine & yours)
    enough = likeness >= LEAST_CONTEXT and (
        shared > LEAST_SHARED or (shared == LEAST_SHARED and likeness >= LEAST_OVERLAP)
    )
    return 0.5 + 0.4 * likeness if enough else 0.0


def _list_context(figure: Figure) -> frozenset[str]:
    return figure.clause.stems - UNIT_STEMS


def _answers(request: Request, answer: Answer, figure: Figure) -> bool:
    """Whether it is the first of its kind, in the first sentence or in one of the next that tells of what was asked."""
    first = next(each for each in answer.figures if each.kind == figure.kind)
    if first is not figure or figure.clause not in answer.clauses[:4]:
        return False
    if figure.kind == "number":
        return not figure.clause.stems or bool(figure.clause.stems & request.stems)
    is_told = figure.is_contact or figure.clause == answer.clauses[0]
    return is_told or bool(figure.clause.stems & request.stems)


def _is_asked_for(request: Request, figure: Figure) -> bool:
    if figure.is_contact:
        return _ASKS_CONTACT.search(request.text) is not None
    if figure.is_day or figure.kind == "year":
        return _ASKS_DAY.search(request.text) is not None
    return _ASKS_QUANTITY.search(request.text) is not None
