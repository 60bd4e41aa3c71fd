"""How much personal data is gone from rows after cleaning, what is replaced or dropped wrongly, and how fast.

    python -m benchmarks.cleaning --data FOLDER            figures on labelled data
    python -m benchmarks.cleaning --data FOLDER --show     and what was left, replaced or dropped, one a line

Labelled data: `pii_*.jsonl.gz` with `full_text` and `spans`, `chats_*.jsonl.gz` with `turns`. A span is gone if its
value stands nowhere in the row. Of the chats every answer becomes a row with all that was said before it. Speed is CPU
time of this process.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.personal_data import KINDS, list_source_chunks, read_rows
from feedback.datasets import Definition
from feedback.datasets.cleaning import LANGUAGE, NORMALISATION, PERSONAL_DATA, QUALITY, SECRETS
from feedback.datasets.cleaning.random_keys import find_random_keys
from feedback.datasets.record import Drop, Provenance, Record
from feedback.datasets.steps import Context
from tracing.generations import Message

STEPS = (NORMALISATION, SECRETS, PERSONAL_DATA, LANGUAGE, QUALITY)
CONTEXT = Context(Definition("trl-sft"))
ORIGIN = Provenance("c", 0, "t", "s", "thumbs:up", 1.0)


def make_row(messages: Sequence[Message]) -> Record:
    """The last one is the answer."""
    return Record(tuple(messages[:-1]), (messages[-1],), (), ORIGIN, "u", 0)


def score_spans(rows: Sequence[dict[str, Any]], told: list[str]) -> Counter[str]:
    """Count `<kind> all`, `<kind> gone` and `<kind> wrong`; names are counted, though they are not claimed."""
    counts: Counter[str] = Counter()
    for row in rows:
        [result] = PERSONAL_DATA.apply(
            [make_row([Message("user", row["full_text"]), Message("assistant", "ok")])], CONTEXT
        )
        text = "" if isinstance(result, Drop) else result.prompt[0].content
        kinds = Counter(KINDS.get(span["entity_type"], span["entity_type"]) for span in row["spans"])
        for span in row["spans"]:
            kind = KINDS.get(span["entity_type"], span["entity_type"])
            gone = span["entity_value"] not in text
            counts.update((f"{kind} all", *([f"{kind} gone"] if gone else [])))
            if not gone and kind in KINDS.values():
                told.append(f"left {kind}: {text[:160]!r}")
        for kind, count in ({} if isinstance(result, Drop) else result.replaced).items():
            if kind in KINDS.values() and count > kinds[kind]:
                counts[f"{kind} wrong"] += 1
                told.append(f"wrong {kind}: {text[:160]!r}")
    return counts


def list_conversations(folder: Path) -> Iterator[list[Record]]:
    for path in sorted(folder.glob("chats_*.jsonl.gz")):
        for row in read_rows(path):
            messages = [Message(turn["role"], turn["content"]) for turn in row["turns"]]
            yield [make_row(messages[: at + 1]) for at in range(1, len(messages)) if messages[at].role == "assistant"]


def clean(records: list[Record], counts: Counter[str], told: list[str]) -> None:
    """Take the rows of a conversation through the steps; of those that stay the last tells all that was replaced."""
    kept = records
    for step in STEPS:
        results = step.apply(kept, CONTEXT) if kept else []
        for record, result in zip(kept, results, strict=True):
            if isinstance(result, Drop):
                counts[f"dropped {result.reason.code}"] += 1
                told.append(f"{result.reason.code}: {record.completion[0].content[:160]!r}")
        kept = [result for result in results if isinstance(result, Record)]
    for kind, count in (kept[-1].replaced if kept else {}).items():
        counts[f"replaced {kind}"] += count
        told += [
            f"{kind}: {message.content[:160]!r}"
            for message in kept[-1].messages
            if f"<{kind.upper()}_" in message.content
        ]


def print_spans(folder: Path, told: list[str]) -> None:
    counts = score_spans([row for path in sorted(folder.glob("pii_*.jsonl.gz")) for row in read_rows(path)], told)
    for kind in (*dict.fromkeys(KINDS.values()), "PERSON"):
        print(
            f"  {kind:16} {counts[f'{kind} gone']:5} of {counts[f'{kind} all']:5} gone, {counts[f'{kind} wrong']} wrong"
        )


def print_chats(folder: Path, told: list[str]) -> None:
    counts: Counter[str] = Counter()
    conversations = list(list_conversations(folder))
    rows = sum(map(len, conversations))
    texts = sum(len(record.messages) for records in conversations for record in records)
    start = time.process_time()
    for records in conversations:
        clean(records, counts, told)
    seconds = time.process_time() - start
    print(f"chats: {len(conversations)} conversations, {rows} rows: {dict(sorted(counts.items()))}")
    print(f"  {rows / seconds:,.0f} rows, {texts / seconds:,.0f} texts a second")
    print("keys in Python source:", sum(1 for chunk in list_source_chunks() for _ in find_random_keys(chunk)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    told: list[str] = []
    print_spans(options.data, told)
    print_chats(options.data, told)
    if options.show:
        print("\n".join(told))


if __name__ == "__main__":
    main()
