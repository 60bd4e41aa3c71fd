"""How many texts a second are searched for personal data on one core, how much is found, and what is found wrongly.

    python benchmarks/personal_data.py                     speed alone, on made-up texts
    python benchmarks/personal_data.py --data FOLDER       also recall, precision and false alarms on labelled data
    python benchmarks/personal_data.py --data F --errors   the errors, one a line

Speed is CPU time of this process, of several rounds the fastest. Labelled data: `pii_*.jsonl.gz` with `full_text` and
`spans` (presidio-research's names), `chats_*.jsonl.gz`, `benign_banking77_train.jsonl.gz`. A span is found if a finding
of its kind covers half of it or more; precision counts findings of these kinds that lie in no span of theirs. The two
halves share no template; examples of both were seen when the patterns were written, so neither is quite new to them.
"""

import argparse
import gzip
import json
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tracing.personal_data import Finding, find_personal_data

GOAL = 5_000
ROUNDS = 5
THRESHOLD = 0.5
"""Of confidence: what is below is not counted as found."""
KINDS = {
    "EMAIL_ADDRESS": "email",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "PHONE_NUMBER": "phone",
    "IP_ADDRESS": "ip_address",
    "US_SSN": "ssn",
    "US_DRIVER_LICENSE": "driving_licence",
}
PLAIN = (
    "My parcel was due on Tuesday and has not come yet. The page says that it left the warehouse, but nobody at the"
    " desk knows more. Could you look where it is, and tell me whether I have to pay for it again?"
)
BUSY = (
    "Order 88-41207, 2024-03-14 17:05 for Jane Roe, jane.roe@mailbox.dk, +45 32 12 34 57: 3 pieces at 12.50, paid"
    " with card 4539 1488 0343 6467, sent from 10.0.3.17 (v2.14.0), parcel 00340434161094015902."
)


def measure_speed(texts: Sequence[str]) -> float:
    """Texts a second, of the fastest round."""
    count = max(1, 2_000 // len(texts))
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(count):
            for text in texts:
                find_personal_data(text)
        best = min(best, time.process_time() - start)
    return count * len(texts) / best


def read_rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def is_odd(row: dict[str, Any]) -> bool:
    return row["template_id"] % 2 == 1


def find_sure(text: str) -> list[Finding]:
    return [finding for finding in find_personal_data(text) if finding.confidence >= THRESHOLD]


def overlap(finding: Finding, start: int, end: int) -> int:
    return max(0, min(finding.end, end) - max(finding.start, start))


def show(text: str, start: int, end: int) -> str:
    return repr(text[max(0, start - 40) : end + 20])


def score_rows(rows: Sequence[dict[str, Any]], errors: list[str]) -> Counter[str]:
    """Count `<kind> found`, `<kind> missed` and `<kind> wrong`, and `other <kind>` for kinds without labels."""
    counts: Counter[str] = Counter()
    for row in rows:
        text = row["full_text"]
        found = find_sure(text)
        labelled = [
            (KINDS[span["entity_type"]], span["start_position"], span["end_position"])
            for span in row["spans"]
            if span["entity_type"] in KINDS
        ]
        for kind, start, end in labelled:
            hit = any(each.kind == kind and overlap(each, start, end) * 2 >= end - start for each in found)
            counts[f"{kind} {'found' if hit else 'missed'}"] += 1
            if not hit:
                errors.append(f"missed {kind}: {show(text, start, end)}")
        for each in found:
            if not any(each.kind == kind and overlap(each, start, end) for kind, start, end in labelled):
                what = f"{each.kind} wrong" if each.kind in KINDS.values() else f"other {each.kind}"
                counts[what] += 1
                errors.append(f"{what}: {show(text, each.start, each.end)}")
    return counts


def print_scores(name: str, counts: Counter[str]) -> None:
    totals: Counter[str] = Counter()
    for kind in dict.fromkeys(KINDS.values()):
        found, missed, wrong = (counts[f"{kind} {what}"] for what in ("found", "missed", "wrong"))
        totals.update(found=found, missed=missed, wrong=wrong)
        if found + missed + wrong:
            print(f"  {kind:16} {found:5} found {missed:4} missed {wrong:4} wrong")
    found, missed, wrong = totals["found"], totals["missed"], totals["wrong"]
    print(f"{name}: recall {found / max(1, found + missed):.4f}, precision {found / max(1, found + wrong):.4f}")
    print("  without labels there:", {key: value for key, value in counts.items() if key.startswith("other")})


def list_pools(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Texts that hold little personal data or none, by where they come from."""
    chats = [row for path in sorted(folder.glob("chats_*.jsonl.gz")) for row in read_rows(path)]
    for role in ("assistant", "user"):
        yield f"{role}s of chats", [turn["content"] for row in chats for turn in row["turns"] if turn["role"] == role]
    yield "bank customers", [row["text"] for row in read_rows(folder / "benign_banking77_train.jsonl.gz")]
    yield "Python source", list_source_chunks()


def list_source_chunks(size: int = 1_000, most: int = 5_000) -> list[str]:
    """Pieces of the Python files that are installed here."""
    chunks: list[str] = []
    for path in sorted(Path(sysconfig.get_path("purelib")).rglob("*.py"))[::7]:
        text = path.read_text(encoding="utf-8", errors="replace")
        chunks.extend(text[at : at + size] for at in range(0, len(text), size * 5))
        if len(chunks) >= most:
            break
    return chunks[:most]


def measure_accuracy(folder: Path, errors: list[str]) -> None:
    rows = [row for path in sorted(folder.glob("pii_*.jsonl.gz")) for row in read_rows(path)]
    for name, odd in (("even templates", False), ("odd templates", True)):
        print_scores(name, score_rows([row for row in rows if is_odd(row) is odd], errors))
    for name, texts in list_pools(folder):
        counts: Counter[str] = Counter()
        for text in texts:
            for finding in find_sure(text):
                if not finding.sample:
                    counts[finding.kind] += 1
                    errors.append(f"{name} {finding.kind}: {text[max(0, finding.start - 40) : finding.end + 20]!r}")
        length = sum(map(len, texts)) / len(texts)
        speed = measure_speed(texts[:2_000])
        print(f"{name}: {len(texts)} texts of {length:.0f} characters, {dict(counts)}, {speed:,.0f} a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    for name, text in (("nothing in it", PLAIN), ("much in it", BUSY)):
        print(f"{name}, {len(text)} characters: {measure_speed([text]):,.0f} texts a second; goal {GOAL:,}")
    errors: list[str] = []
    if options.data:
        measure_accuracy(options.data, errors)
    if options.errors:
        print("\n".join(errors))


if __name__ == "__main__":
    main()
