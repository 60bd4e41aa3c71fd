"""Phrases of many languages: a text comes in, the phrases that stand in it go out.

Each language has a few words, one of which stands in every phrase of its; a text that has none of these is read no
further, which is most of them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_PLAIN_WORD = re.compile("[a-z']+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """The rules of each language, and by which words it is known that one of them may hold."""

    words: Mapping[str, tuple[str, ...]]
    """By word, the languages that have it in their phrases."""
    runs: Mapping[str, tuple[str, ...]]
    """The same for letters of scripts whose words are not set apart by spaces."""
    also: Mapping[str, frozenset[str]]
    """Of some languages, words of which one must stand beside them."""
    rules: Mapping[str, re.Pattern[str]]

    def find(self, text: str) -> Iterator[re.Match[str]]:
        """Every phrase in the text, language by language; curly apostrophes must be straight."""
        lower = text.lower()
        words = set((_PLAIN_WORD if text.isascii() else _WORD).findall(lower))
        languages = dict.fromkeys(language for word in self.words.keys() & words for language in self.words[word])
        if not text.isascii():
            languages |= dict.fromkeys(
                language for run, names in self.runs.items() if run in lower for language in names
            )
        for language in languages:
            if language not in self.also or not words.isdisjoint(self.also[language]):
                yield from self.rules[language].finditer(text)


def load_phrases(path: Path) -> PhraseBook:
    """Read a JSON object: by language `words` or `runs` that every phrase has one of, `also` words of
    which it has one besides, and `rules`, which are patterns.

    Names in `parts` are put in for `<name>` in all rules of the language.
    """
    words: dict[str, tuple[str, ...]] = {}
    runs: dict[str, tuple[str, ...]] = {}
    also: dict[str, frozenset[str]] = {}
    rules = {}
    for language, told in json.loads(path.read_text(encoding="utf-8")).items():
        for table, key in ((words, "words"), (runs, "runs")):
            for word in told.get(key, "").split():
                table[word] = (*table.get(word, ()), language)
        if "also" in told:
            also[language] = frozenset(told["also"].split())
        rules[language] = re.compile(
            "|".join(_fill(rule, told.get("parts", {})) for rule in told["rules"]), re.IGNORECASE
        )
    return PhraseBook(words, runs, also, rules)


def _fill(rule: str, parts: Mapping[str, str]) -> str:
    for name, part in parts.items():
        rule = rule.replace(f"<{name}>", f"(?:{part})")
    return rule
