"""Words before and around a number that tell how it is meant: about so much, the result of a sum, a month's share."""

import re

_RESULTS = """
    difference, ahead, behind, climb, descend, rate, share, margin, ratio, more, less, fewer, cheaper, lighter, heavier,
    faster, slower, bigger, smaller, save, saves, saved, saving, remaining, left, net, become, becomes, higher, lower,
    longer, shorter, older, younger, increase, increases, increased, decrease, decreased, rose, grew, fell, growth,
    average, mean, each, per, later, earlier, comes to, come to, amounts to, arrive at, works out, cost, up by, down by,
    reduced by, increased by, cut by, raised by
    differenz, mehr, weniger, durchschnitt, sparen, sparst, spart, also, ergibt, ergeben, macht
    différence, moyenne, économise, économisez, soit, donc
    diferencia, promedio, ahorra, ahorras, es decir
    differenza, media, risparmi, cioè, quindi
    ou seja, poupa, czyli, drożej, taniej, dus, alltså, altså, sparer, sparar, spara
    разница, в среднем, поэтому, дешевле, дороже, тобто, більше, менше, takže, tedy, jadi, berarti
"""
_SUMS = """
    total, totals, altogether, in all, combined, together, sum, sums, overall, add up, adds up
    gesamt, insgesamt, zusammen, au total, ensemble, en total, in tutto, totale, razem, łącznie, totaal, samen, toplam,
    totalt, sammanlagt, yhteensä, celkem, итого, всего, разом, всього
"""
_HEDGES = """
    about, around, roughly, approximately, nearly, almost, over, more than, less than, under, just, some, up to, as,
    estimated, circa, etwa, rund, knapp, über, fast, ungefähr, mehr als, environ, près de, plus de, presque, unos, unas,
    casi, aproximadamente, alrededor de, más de, cerca de, quasi, oltre, più di, ongeveer, bijna, ruim, około, ponad,
    prawie, cirka, nästan, noin, lähes, přibližně, asi, yaklaşık, около, почти, примерно, более, khoảng, περίπου,
    تقريبا, حوالي
"""


def split_phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in text.replace("\n", " ").split(",") if phrase.strip())


RESULTS, SUMS, HEDGES = split_phrases(_RESULTS), split_phrases(_SUMS), split_phrases(_HEDGES)
_WORD = re.compile(r"[^\W\d_]+")
_BEFORE_NUMBER = re.compile(r"(?:\b(?:a|the|NOK)\s|US|[$€£\s*])*\Z")
_HEDGE_SIGN = re.compile(r"(?:[~≈約约近약]|大约|およそ|ほぼ|大約|\bca\.|\bapprox\.)\s?\Z", re.IGNORECASE)
_RESULT_SIGN = re.compile(r"平均|差|省|贵|便宜|多|少|也就是|つまり|[=+]")
_SUM_SIGN = re.compile(r"合計|合计|总共|一共|합계|총")
TELLS_YEAR = re.compile(
    r"month|year|annual|monat|jahr|mois|\ban\b|année|\bmes\b|año|mese|anno|mês|\bano\b|maand|jaar|miesi|\brok|kuuka|vuo"
    r"|měsí|\bay|yıl|месяц|\bгод|måned|månad|\bår|月|年|महीन|साल|tháng|năm|μήν|χρόν",
    re.IGNORECASE,
)

_HEDGE_CHARACTERS = 28
_BEFORE_CHARACTERS = 160
_BEHIND_CHARACTERS = 100
_ENDS = (". ", "\n", "! ", "? ", "。")


def is_hedged(text: str, start: int) -> bool:
    """Whether a number that begins there is told as about so much.

    >>> is_hedged("roughly $40", 9), is_hedged("exactly 40", 8)
    (True, False)
    >>> is_hedged("etwa 40", 5)
    True
    """
    before = _BEFORE_NUMBER.sub("", text[max(0, start - _HEDGE_CHARACTERS) : start])
    return holds_phrase(" ".join(_WORD.findall(before.lower())[-3:]), HEDGES, at_end=True) or bool(
        _HEDGE_SIGN.search(text[max(0, start - 8) : start])
    )


def tells_result(sentence: str) -> bool:
    """Whether the sentence tells of something that was reckoned.

    >>> tells_result("That works out at 40."), tells_result("It holds 40 people.")
    (True, False)
    """
    words = " ".join(_WORD.findall(sentence.lower()))
    return holds_phrase(words, RESULTS) or tells_sum(sentence) or _RESULT_SIGN.search(sentence) is not None


def tells_sum(sentence: str) -> bool:
    """Whether the sentence tells of a sum."""
    return holds_phrase(" ".join(_WORD.findall(sentence.lower())), SUMS) or _SUM_SIGN.search(sentence) is not None


def holds_phrase(words: str, phrases: frozenset[str], *, at_end: bool = False) -> bool:
    """Whether up to three of the words, which stand apart by one space, are one of the phrases."""
    split = words.split(" ")
    ends = range(len(split), len(split) - 1 if at_end else 0, -1)
    return any(" ".join(split[max(0, end - length) : end]) in phrases for end in ends for length in (1, 2, 3))


def find_sentence(text: str, start: int, end: int) -> str:
    """The sentence or line around a place, as far as it is near.

    >>> find_sentence("One. Two three. Four", 5, 8)
    ' Two three'
    """
    before = max(text.rfind(mark, 0, start) for mark in (*_ENDS, "; "))
    behind = [place for mark in _ENDS if (place := text.find(mark, end)) >= 0]
    return text[max(before + 1, start - _BEFORE_CHARACTERS) : min([*behind, end + _BEHIND_CHARACTERS])]
