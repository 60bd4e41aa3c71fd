"""A message comes in, the language that it wants the answer in goes out, and every language that it speaks of.

"Reply in French", "auf Deutsch bitte" and "英語で" are wishes; "my French teacher" and "how do you say it in French"
are not, though they say that French may well stand in the answer.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feedback.wishes.texts import cut_ends, find_sentence

NAMES = Path(__file__).parent / "language_names.json"
OWN_CASE = "="
SHORT_WORDS = 5
"""In a message of no more words "in French" needs no verb."""

_PLAIN_WORD = re.compile("[a-z]+")
_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u0dff\u0e30-\u0e4e])+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BEFORE = re.compile(
    r"(?:^|[\s(,;:'’\-])(?:in|into|to|auf|ins|in[sm]? |en|vers l|em|para o|para|al|all|po|na|på|till|til|naar het"
    r"|in het|dalam bahasa|dalam|ke bahasa|bahasa|bằng tiếng|sang tiếng|tiếng|v|do|на|по|به|इन|în|σε?|στα)"
    r"(?: (?:plain|simple|easy|proper|good|correct|perfect|formal|informal|casual|colloquial|native|fluent|british"
    r"|american|brazilian|european|mexican|castilian|swiss|einfachem|einfaches|gutem|el|lo|la|le|idioma|lingua|língua"
    r"|bahasa|język))*[ '’\-]$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^ (?:में|(?:mein|me|mai|please|pls|bitte|por favor|s'il|stp|svp|version|translation|olarak)\b)", re.IGNORECASE
)
_VERB = re.compile(
    r"\b(?:answer|reply|respond|write|rewrite|rephrase|explain|say|speak|talk|translate|translation|summari[sz]e|give"
    r"|continue|put|draft|compose|chat|switch|convert|describe|tell|make|use|keep|need|want|send|list|output"
    r"|do (?:it|this|that)|antwort|schreib|übersetz|erklär|sprich|rede|formulier|fass|mach|gib|nenn|erzähl|brauch"
    r"|répon|repon|écri|ecri|tradui|rédig|redig|expliq|résum|resum|parle|donne|mets|fais|continue"
    r"|respond|contest|escri|traduc|tradúc|tradúz|explic|explíc|habl|dime|dame|pon|haz|redact|redáct"
    r"|escrev|tradu|fale|diga|me dê|faça|rispo|scriv|spieg|parla|dimmi|dammi|riassum"
    r"|antwoord|schrijf|vertaal|leg|spreek|geef|odpowi|odpisz|napisz|przetłum|wytłum|mów|podaj|daj"
    r"|отвеч|ответ|напиш|пиши|перевед|перевод|объясн|говор|дай|сдела|відпов|переклад|перекла|напиши|поясни"
    r"|cevap|yanıt|yaz|çevir|açıkla|anlat|konuş|svar|skriv|översätt|oversæt|oversett|förklar|berätta"
    r"|jawab|balas|tulis|terjemah|jelaskan|buat|trả lời|viết|dịch|giải thích|odpověz|napiš|přelož|vysvětl"
    r"|jawab|likh|bata|anuvad|samjha|vastaa|kirjoita|käännä|válaszol|fordít|írj|scrie|tradu|răspunde)",
    re.IGNORECASE,
)
_VERB_AFTER = re.compile(rf"\W*(?:\w+\W+)?{_VERB.pattern}", re.IGNORECASE)
_OTHER_VERB = re.compile(
    r"(?:أجب|اكتب|ترجم|رد|اشرح|تكلم|پاسخ|ترجمه|بنویس|जवाब|लिख|बता|अनुवाद|समझा|תרגם|תרגמי|ענה|כתוב|แปล|ตอบ|เขียน)"
)
_ASKS_FOR_A_WORD = re.compile(
    r"\bhow (?:do|would|can|should) (?:you|i|we|one) (?:say|write|spell|pronounce)\b|\bwhat(?:'s| is| does| are)\b"
    r"|\bthe word for\b|\bmean(?:s|ing)?\b|\bwie (?:sagt|heißt)\b|\bcomment (?:dit|on dit)\b|\bcómo se dice\b"
    r"|\bcome si dice\b|\bcomo se (?:diz|fala)\b",
    re.IGNORECASE,
)
_ASKS_AFTER = re.compile("怎么说|怎麼說|何と言|なんて言")
_DENIED = re.compile(
    r"\b(?:not|never|no(?!,)|stop|without|nicht|kein\w*|pas|jamais|non|não|niet|nie|не|без|avoid|except)\b|n['’]t\b|不要"
    r"|别|ないで",
    re.IGNORECASE,
)
_TOLD = re.compile(r"\b(?:wrote|written|said|received|got|comes?|came)\b(?:\s\w+){0,3}\s*$", re.IGNORECASE)
"""Before a language that a text is in, not one that it is to be in."""
_STANDING = re.compile(
    r"\b(?:from now on|always|only|for the rest|ab jetzt|ab sofort|immer|nur noch|désormais|à partir de maintenant"
    r"|toujours|a partir de ahora|de ahora en adelante|siempre|a partir de agora|sempre|d'ora in poi|vanaf nu"
    r"|od teraz"
    r"|zawsze|с этого момента|всегда|bundan sonra|från och med nu|mulai sekarang)\b|以后|今後|これから|앞으로|以後",
    re.IGNORECASE,
)
_ARROW = re.compile(r"(?:->|→|=>|➡)\s*([A-Za-z]{2})\b")
_WISH_AFTER_UNSPACED = re.compile(r"^(?:で|に|로|으로|回答|回复|写|寫|说|說|来|翻译|翻譯)")
_WISH_BEFORE_UNSPACED = re.compile(r"(?:用|翻译成|翻譯成|翻成|译成|譯成|译为|改成|换成|成|转成)$")


@dataclass(frozen=True, slots=True)
class LanguageWish:
    """What is wanted, where the message says so, and whether it is meant for later answers too."""

    code: str
    start: int
    end: int
    is_standing: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a language is named."""

    code: str
    start: int
    end: int
    name: str
    is_own_case: bool
    """Whether the word says "in French" by itself, as "türkçe" and "англійською" do."""


def find_language_wishes(text: str) -> list[LanguageWish]:
    """Return every wish for the language of the answer, in order.

    >>> [wish.code for wish in find_language_wishes("Please translate this to German: good morning")]
    ['de']
    >>> find_language_wishes("I have a French exam tomorrow")
    []
    """
    wishes = [_read_wish(text, mention) for mention in list_mentions(text) if is_wished(text, mention)]
    if (arrow := _ARROW.search(text)) and arrow[1].lower() in load_codes():
        wishes.append(LanguageWish(arrow[1].lower(), arrow.start(1), arrow.end(1), is_standing=True))
    return wishes


def _read_wish(text: str, mention: Mention) -> LanguageWish:
    start, end = find_sentence(text, mention.start, mention.end)
    return LanguageWish(mention.code, mention.start, mention.end, _STANDING.search(text, start, end) is not None)


def list_mentions(text: str) -> list[Mention]:
    """Every language that is named at the beginning or the end of the text, in order."""
    names = load_names()
    found = []
    for start, part in cut_ends(text):
        words = (_PLAIN_WORD if part.isascii() else _WORD).findall(part.lower())
        if names.keys().isdisjoint(words) and (part.isascii() or not _UNSPACED.search(part)):
            continue
        for match in _WORD.finditer(part):
            word = match.group().lower()
            if word in names:
                found.append(_read_mention(word, start + match.start()))
            elif _UNSPACED.match(word):
                found += [
                    _read_mention(name[0], start + name.start())
                    for name in load_unspaced().finditer(part, match.start(), match.end())
                ]
    return found


def _read_mention(name: str, start: int) -> Mention:
    told = load_names()[name]
    return Mention(told.removeprefix(OWN_CASE), start, start + len(name), name, told.startswith(OWN_CASE))


def is_wished(text: str, mention: Mention) -> bool:
    """Whether the answer is wanted in the language that is named there."""
    start, end = find_sentence(text, mention.start, mention.end)
    before, after = text[start : mention.start], text[mention.end : end]
    sentence = text[start:end]
    if (
        _ASKS_FOR_A_WORD.search(before)
        or _ASKS_AFTER.search(after)
        or _DENIED.search(before[-60:])
        or _TOLD.search(before)
    ):
        return False
    if _UNSPACED.match(mention.name):
        return bool(_WISH_AFTER_UNSPACED.match(after) or _WISH_BEFORE_UNSPACED.search(before))
    if not (mention.is_own_case or _BEFORE.search(before) or _AFTER.match(after)):
        return False
    few = len(_WORD.findall(sentence)) <= SHORT_WORDS
    return few or bool(_VERB.search(before) or _VERB_AFTER.match(after) or _OTHER_VERB.search(sentence))


@cache
def load_names() -> dict[str, str]:
    """The code of each name, in lower case, behind `=` where the name needs no preposition."""
    told = json.loads(NAMES.read_text(encoding="utf-8"))
    return {
        name.removeprefix(OWN_CASE): OWN_CASE * name.startswith(OWN_CASE) + code
        for code, names in told.items()
        for name in names.split()
    }


@cache
def load_codes() -> frozenset[str]:
    return frozenset(code.removeprefix(OWN_CASE) for code in load_names().values())


@cache
def load_unspaced() -> re.Pattern[str]:
    names = sorted((name for name in load_names() if _UNSPACED.match(name)), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))
