"""How many answers that are not as asked are found, how many good ones are taken for such, and how fast.

    python benchmarks/answers.py DATA [--show]

DATA is the directory of the labelled data, of which all chats are read: each alarm there was looked at, see
`docs/signals-answers.md`. The examples of `feedback/training/answer_texts/` are told in two halves: rules were written
with every other line in view, the others are held out. `--show` prints what fails among those in view. Times are of
the CPU, one core, five passes over all exchanges of the chats.
"""

import argparse
import gzip
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from feedback.detectors import DETECTORS, Detector
from feedback.detectors.material import Material
from feedback.languages import identify_language, read_prose
from feedback.training.answers import KINDS, Example, build_material, load_examples
from feedback.training.languages import read_chats
from tracing.conversations import Answer, Conversation, Turn

CHOSEN = {detector.kind: detector for detector in DETECTORS if detector.kind in KINDS}
FLAGS: Mapping[str, str] = {
    "refusal": "refusal",
    "apology": "apology",
    "format_failure": "invalid_json",
    "language_mismatch": "wrong_language",
}
LEAST_LETTERS = 12


def fires(detector: Detector, example: Example) -> bool:
    return any(signal.fired for signal in detector.detect(build_material(example)))


def tell_examples(*, show: bool) -> None:
    print(f"{'own examples':22} {'':9} recall  precision  false alarms")
    for kind, detector in CHOSEN.items():
        examples = load_examples(kind)
        for name, half in (("in view", examples[::2]), ("held out", examples[1::2])):
            found = [(example, fires(detector, example)) for example in half]
            tell_shares(f"{kind:22} {name:9}", [(example.is_fault, fired) for example, fired in found])
            for example, fired in found:
                if show and name == "in view" and fired != example.is_fault:
                    print("   MISSED" if example.is_fault else "   FALSE ", example.request, "=>", example.answer)


def tell_shares(name: str, found: Sequence[tuple[bool, bool]]) -> None:
    hits = sum(label and fired for label, fired in found)
    faults, alarms = sum(label for label, _ in found), sum(fired for _, fired in found)
    false = (alarms - hits) / (len(found) - faults)
    print(f"{name} {hits / faults:.2f}    {hits / max(1, alarms):.2f}       {false:.3f} of {len(found) - faults}")


def list_chats(data: Path) -> Iterator[tuple[Conversation, list[list[str]]]]:
    """Every chat, and what its answers are flagged with."""
    for path in sorted(data.glob("chats_*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                pairs = [
                    (asked, answered)
                    for asked, answered in pairwise(row["turns"])
                    if (asked["role"], answered["role"]) == ("user", "assistant")
                ]
                turns = tuple(build_turn(index, *pair) for index, pair in enumerate(pairs))
                yield Conversation(1, row["conversation_id"], turns), [pair[1].get("flags", []) for pair in pairs]


def build_turn(index: int, asked: Mapping[str, Any], answered: Mapping[str, Any]) -> Turn:
    return Turn(index, asked["content"], Answer(f"t{index}", f"s{index}", answered["content"], "completed", "", 0, 1))


def tell_chats(data: Path) -> None:
    chats = list(list_chats(data))
    exchanges = sum(len(conversation.turns) for conversation, _ in chats)
    print(
        f"\nchats, {exchanges} exchanges: alarms; of the answers that a reader flagged, so many found; us an exchange"
    )
    total = 0.0
    for kind, detector in CHOSEN.items():
        alarms, found, flagged = count_alarms(detector, chats, FLAGS.get(kind, ""))
        took = measure(detector, [conversation for conversation, _ in chats], exchanges)
        total += took
        print(f"{kind:22} {alarms:4} alarms, {found:3} of {flagged:3} flagged, {took:5.1f} us")
    print(f"{'all five':22} {total:.1f} us")


def count_alarms(
    detector: Detector, chats: Sequence[tuple[Conversation, list[list[str]]]], flag: str
) -> tuple[int, int, int]:
    alarms = found = flagged = 0
    for conversation, flags in chats:
        fired = {signal.turn_index for signal in detector.detect(Material(conversation)) if signal.fired}
        told = {index for index, names in enumerate(flags) if flag in names}
        alarms, found, flagged = alarms + len(fired), found + len(fired & told), flagged + len(told)
    return alarms, found, flagged


def measure(detector: Detector, conversations: Sequence[Conversation], exchanges: int) -> float:
    """Microseconds of CPU an exchange."""
    materials = [Material(conversation) for conversation in conversations]
    start = time.process_time()
    for _ in range(5):
        for material in materials:
            list(detector.detect(material))
    return (time.process_time() - start) / exchanges / 5 * 1e6


def tell_languages(data: Path) -> None:
    """Of the chats for validation, whose texts were not learnt from."""
    texts = [(code, read_prose(text)) for code, text in read_chats(data, validation=True)]
    texts = [(code, text) for code, text in texts if sum(map(str.isalpha, text)) >= LEAST_LETTERS]
    start = time.process_time()
    found = [identify_language(text).code for _, text in texts]
    took = (time.process_time() - start) / len(texts) * 1e6
    print(f"\nlanguages, {len(texts)} texts not learnt from, {took:.0f} us a text")
    for name, is_english in (("English", True), ("others", False)):
        right = [code == guess for (code, _), guess in zip(texts, found, strict=True) if (code == "en") == is_english]
        print(f"{name:10} {sum(right) / len(right):.4f} of {len(right)} right")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the signals that hold answers against what was asked.")
    parser.add_argument("data", type=Path, help="the directory of the labelled data")
    parser.add_argument("--show", action="store_true", help="print what fails among the examples in view")
    options = parser.parse_args()
    tell_examples(show=options.show)
    tell_chats(options.data)
    tell_languages(options.data)


if __name__ == "__main__":
    main()
