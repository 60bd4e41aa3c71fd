"""An answer and what was asked come in, abuse of the user in the answer goes out: insults, threats, slurs, harassment.

Rules over words of some twenty languages (`abuse.json`), which ask for a direction: "you idiot", not "idiot-proof".
What the answer quotes, denies, explains or was asked to write is not said to the user.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from feedback.attacks.lexicon import TOKEN, UNSPACED

MAX_CHARACTERS = 8_000
PREFIX_LETTERS = 4

ASKED_FOR = 0.35
"""What is left of the severity where such words were asked for: a translation, a scene, a roast."""
HEDGED = 0.25
"""What is left where it is denied, supposed or reported: "you are not stupid", "if he says you are …"."""

_QUOTED = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|^ {0,3}>.*$"
    r"|\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|„[^“”\"\n]*[“”\"]|「[^」\n]*」|『[^』\n]*』|(?<!\w)'[^'\n]{2,}'(?!\w)",
    re.DOTALL | re.MULTILINE,
)
_HEDGE = re.compile(
    r"(?:\b(?:not|never|if|feel|feels|feeling|felt|think|thinks|thinking|thought|thoughts|say|says|saying|said|tell|tells"
    r"|telling|told|call|called|calling|being|believe|whether|like|such as|nobody thinks|might|may|could|means|label"
    r"|nicht|kein|pas|no|non|não|niet|nie|не|değil|inte|ikke)|n't)\b[^.!?,;:]{0,30}$"
)
_NEGATED = re.compile(r"(?:\b(?:not|never|nobody)|n't)\b[^.!?,;:]{0,20}$")
_EXPLAINED = re.compile(r"\W{0,3}(?:is|means|was|has|stands|are|comes|ist|est|es|è)\b")
_ASKED = re.compile(
    r"\b(?:translat\w*|übersetz\w*|tradui\w*|traduc\w*|traduz\w*|what does|meaning|heißt|bedeutet|significa|veut dire"
    r"|story|novel|scene|dialogue?|script|film|movie|lyrics|song|rap|poem|jokes?|meme|insults?|roast|comeback|role-?play"
    r"|act as|pretend|villain|character|swear|slurs?|toxic|classify|moderat\w*|hate speech|proofread|rephrase|summar\w*"
    r"|quote|plot|threat|subtitle|explain the word|history of|game|examples?|how do you say|what is an?|what's an?"
    r"|dialog|drama|krimi\w*|geschichte|histoire|historia|storia|sexy|erotic)\b",
    re.IGNORECASE,
)
_DRAFTED = re.compile(
    r"\b(?:write|rewrite|draft|compose|continue|letter|e-?mail|message|reply|text|schreib\w*|écri\w*|escrib\w*|scrivi)\b",
    re.IGNORECASE,
)
_AT_ANYBODY = frozenset({"insult", "dismissive"})
"""Kinds that stand in letters to others as well: these are hedged by more, and asked for by more."""


@dataclass(frozen=True, slots=True)
class Abuse:
    """One abusive expression: its kind, how bad it is (0 to 1) in its context, and where it stands."""

    kind: str
    """`insult`, `dismissive`, `threat`, `self_harm`, `slur` or `sexual`."""
    severity: float
    offsets: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, tried where one of its cues stands in the answer."""

    kind: str
    severity: float
    cues: Sequence[str]
    pattern: re.Pattern[str]


@cache
def load_rules() -> tuple[Rule, ...]:
    """Read the rules as they are shipped; `{name}` in a pattern stands for a list of words."""
    content = json.loads((Path(__file__).parent / "abuse.json").read_text(encoding="utf-8"))
    return tuple(
        Rule(
            kind=rule["kind"],
            severity=rule["severity"],
            cues=tuple(rule["cues"]),
            pattern=re.compile(rule["pattern"].format(**content["words"])),
        )
        for rule in content["rules"]
    )


@dataclass(frozen=True, slots=True)
class Cues:
    """Which rules are tried on a text. A cue is a string that stands in whatever its rules match."""

    by_prefix: Mapping[str, Sequence[str]]
    """Cues by the first letters of their longest word: words that begin otherwise need no closer look."""
    unspaced: Sequence[str]
    """Cues of scripts without spaces."""
    rules: Mapping[str, Sequence[Rule]]

    def choose_rules(self, text: str) -> list[Rule]:
        """The rules of the cues that stand in a text of lower case."""
        prefixes = {word[:PREFIX_LETTERS] for word in TOKEN.findall(text)}
        likely = [cue for prefix in prefixes & self.by_prefix.keys() for cue in self.by_prefix[prefix]]
        likely += () if text.isascii() else self.unspaced
        return list(dict.fromkeys(rule for cue in likely if cue in text for rule in self.rules[cue]))


@cache
def load_cues() -> Cues:
    by_prefix: dict[str, list[str]] = {}
    rules: dict[str, list[Rule]] = {}
    for rule in load_rules():
        for cue in rule.cues:
            rules.setdefault(cue, []).append(rule)
    for cue in rules:
        if not UNSPACED.search(cue):
            by_prefix.setdefault(max(TOKEN.findall(cue), key=len)[:PREFIX_LETTERS], []).append(cue)
    return Cues(by_prefix, [cue for cue in rules if UNSPACED.search(cue)], rules)


def find_abuse(answer: str, request: str = "") -> list[Abuse]:
    """Return the abusive expressions of an answer, the worst first; none where it holds none.

    >>> find_abuse("Read the page, you idiot.")[0].kind, find_abuse("You are not an idiot.")[0].severity < 0.3
    ('insult', True)
    """
    text = _lower(answer[:MAX_CHARACTERS]).replace("’", "'")
    rules = load_cues().choose_rules(text)
    if not rules:
        return []
    own = _QUOTED.sub(lambda match: re.sub(r"\S", " ", match.group()), text)
    found = [Abuse(rule.kind, rule.severity, match.span()) for rule in rules for match in rule.pattern.finditer(own)]
    asked = ASKED_FOR if _ASKED.search(request, 0, MAX_CHARACTERS) else 1.0
    drafted = ASKED_FOR if _DRAFTED.search(request, 0, MAX_CHARACTERS) else asked
    weighed = []
    for each in found:
        left = drafted if each.kind in _AT_ANYBODY else asked
        weighed.append(replace(each, severity=each.severity * left * _weigh_context(own, each)))
    return sorted(weighed, key=lambda each: (-each.severity, each.offsets))


def _lower(text: str) -> str:
    """The text in lower case, letter by letter where a letter has a longer one, so that offsets stay."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def _weigh_context(text: str, abuse: Abuse) -> float:
    start, end = abuse.offsets
    before = _NEGATED if abuse.kind in ("threat", "sexual") else _HEDGE
    return HEDGED if before.search(text, max(0, start - 40), start) or _EXPLAINED.match(text, end) else 1.0
