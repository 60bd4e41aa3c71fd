"""What later messages say of answers becomes signals: what the detectors of one kind of reaction share.

A reading has the probabilities; each kind fires from the score that training shipped for it. An assistant's question
that is answered with a bare "no" is answered, whatever a model makes of it, and what is sent again says nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from feedback.detectors.detector import Detector
from feedback.detectors.exchanges import Reaction
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Polarity, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts
from feedback.reactions import reaction as readers
from feedback.reactions.features import recall_apology
from feedback.reactions.reaction import Tier
from feedback.reactions.static import find_words

MINIMUM_SCORE = 0.01
"""Under it no signal is given."""
LEAST_MARKED = 0.5
"""Under it no words are marked: looking for them takes longer than reading the message."""
CONFIDENCE: Mapping[Tier, float] = {"static": 0.6, "transformer": 0.8}
"""How sure each tier is of its scores."""
THRESHOLDS = Path(readers.__file__).with_name("thresholds.json")
WORDS_CHARACTERS = 60
ANSWER_CHARACTERS = 50
QUESTION_CHARACTERS = 200
"""A question stands at the end of an answer where it stands within so many of its last characters."""
QUESTION_MARKS = "?？؟"
DIGITS = 4
"""Of a probability; further ones depend on what else was read at the same time."""

Spans = tuple[tuple[int, int], ...]

_BARE_ANSWERS = """
    yes, yep, yeah, yup, sure, ok, okay, no, nope, nah, none, neither, either, both, no thanks, no thank you, yes please
    not yet, not really, first, second, the first, the second, the first one, the second one, i do, i don't
    ja, nein, keine, keins, beides, weder noch, nein danke, ja bitte, noch nicht, oui, non, aucun, aucune, non merci
    oui merci, les deux, pas encore, sí, si, ninguno, ninguna, ambos, no gracias, sí por favor, todavía no, sim, não
    nenhum, nenhuma, não obrigado, não obrigada, ainda não, no grazie, sì, sì grazie, nessuno, entrambi, non ancora
    nee, nee bedankt, ja graag, geen, да, нет, оба, пока нет, ни то ни другое, tak, nie, żaden, jeszcze nie, evet, hayır
    はい, いいえ, いや, うん, 両方, まだ, 不, 不是, 是, 是的, 没有, 沒有, 都不是, 还没有
    不用, 不用了, 好, 好的, 네, 예, 아니요, 아니오
    لا, نعم, كلاهما, नहीं, हाँ, हां, जी, जी नहीं
"""
BARE_ANSWERS = frozenset(words.strip() for line in _BARE_ANSWERS.splitlines() for words in line.split(","))
_SENTENCE_END = re.compile(r"[.!?]\s+|[。！？\n]\s*")
_ENDS = " \t\n.,;!。！，、…"


def listen_for(kind: str, *, version: str, title: str, what: str, polarity: Polarity, does: str) -> Detector:
    """A detector of one kind of reaction; `does` says in words what the message does to the answer."""

    def detect(material: Material) -> Iterator[Signal]:
        for reaction in list_likely(material, kind):
            yield pin_reaction(reaction, kind=kind, version=version, polarity=polarity, does=does)

    return Detector(kind=kind, version=version, title=title, what=what, detect=detect, texts=Texts.TURN)


def list_likely(material: Material, kind: str) -> Iterator[Reaction]:
    """The messages that may be of this kind."""
    for reaction in material.reactions:
        if get_score(reaction, kind) >= MINIMUM_SCORE and not reaction.is_sent_again and not is_bare(reaction):
            yield reaction


def get_score(reaction: Reaction, kind: str) -> float:
    """The probability of a kind, as it is told."""
    return round(reaction.reading.kinds[kind], DIGITS)


def is_bare(reaction: Reaction) -> bool:
    """Whether it only answers, in a word or two, what the assistant asked.

    A question that the answer does not end with may be one of its matter.
    """
    if len(reaction.exchange.message) > WORDS_CHARACTERS:
        return False
    asked = any(mark in reaction.exchange.answer[-QUESTION_CHARACTERS:] for mark in QUESTION_MARKS)
    return asked and reaction.exchange.message.strip(_ENDS).lower().replace("’", "'").replace(",", "") in BARE_ANSWERS


def pin_reaction(
    reaction: Reaction,
    *,
    kind: str,
    version: str,
    polarity: Polarity,
    does: str,
    label: str = "",
    read_as: str = "",
    words: Spans | None = None,
    numbers: Mapping[str, float] | None = None,
    least: float = 0.0,
) -> Signal:
    """The signal about the answer before; `read_as` is the kind of the reading where it is called otherwise.

    `words` are the offsets that speak for it, where the readers do not say them; `least` is the score that it has
    whatever they read.
    """
    read_as = read_as or kind
    score = max(get_score(reaction, read_as), least)
    fired = score >= load_threshold(read_as)
    marks = words is None and score >= LEAST_MARKED
    spans = find_words(reaction.exchange, read_as) if marks else words or ()
    return pin_signal(
        Target(reaction.previous, len(reaction.previous.alternatives)),
        turn_index=reaction.turn.index,
        kind=kind,
        version=version,
        label=label,
        score=score,
        confidence=CONFIDENCE[reaction.reading.tier],
        fired=fired,
        polarity=polarity,
        evidence=Evidence(
            reason=tell(reaction, spans, does if fired else f"perhaps {does}") + tell_regret(reaction, polarity, score),
            offsets=spans,
            numbers={"feedback": round(reaction.reading.feedback, DIGITS), **(numbers or {})},
        ),
    )


def tell(reaction: Reaction, spans: Spans, does: str) -> str:
    """One sentence: what the message says, about which answer, and what that does."""
    said = quote_words(reaction.exchange.message, spans[0][0] if spans else 0)
    answer = cut_words(reaction.exchange.answer, ANSWER_CHARACTERS)
    about = f" about “{answer}”" if answer else ""
    return f"says “{said}”{about}: {does}"


def tell_regret(reaction: Reaction, polarity: Polarity, score: float) -> str:
    """That the assistant took it as a reproach, where it did; empty for what is unlikely, or none."""
    blames = polarity < 0 and score >= LEAST_MARKED
    apology = recall_apology(reaction.exchange.reply) if blames else None
    return ", and the assistant says sorry" if apology and apology.is_regret else ""


def quote_words(message: str, start: int) -> str:
    """The message where it is short, else a part: the sentence in which its words from `start` on stand.

    >>> quote_words("I went through all of it from the first to the last page. That is not what I asked for", 71)
    '…That is not what I asked for'
    """
    if len(" ".join(message.split())) <= WORDS_CHARACTERS:
        return cut_words(message, WORDS_CHARACTERS)
    opening = max((match.end() for match in _SENTENCE_END.finditer(message, 0, start)), default=0)
    start = opening if start - opening <= WORDS_CHARACTERS // 2 else start
    return ("…" if start else "") + cut_words(message[start:], WORDS_CHARACTERS)


def cut_words(text: str, length: int) -> str:
    """The first words of a text on one line, in at most `length` characters; a word that is longer is cut.

    >>> cut_words("how do I\\nget my money back", 12)
    'how do I…'
    """
    line = " ".join(text[: 4 * length].split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


@cache
def load_thresholds() -> Mapping[str, float]:
    """By kind of reaction the score from which it fires; training wrote them."""
    thresholds: dict[str, float] = json.loads(THRESHOLDS.read_text(encoding="utf-8"))
    return thresholds


def load_threshold(kind: str) -> float:
    return load_thresholds()[kind]
