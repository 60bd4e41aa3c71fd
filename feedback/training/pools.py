"""Public texts come in, labelled exchanges go out that teach what the chats hold little of: small samples in `pools/`.

    python -m feedback.training.pools DATA

writes the samples anew from the directory of the labelled data; `pools/README.md` says where each comes from and under
which licence. People who correct themselves inside one message and customers' questions are no feedback; a score of a
review's sentence tells the tone of a text that nothing else is known of. What a text was not labelled for it does not
teach. Three of the pools, reviews of films, posts and the plainest reactions, were written for Tacit and have no other
source.
"""

import gzip
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import Any

from feedback.reactions.reaction import Exchange
from feedback.training.chats import HEADS, Labelled

POOLS = Path(__file__).parent / "pools"
KINDS_HEAD, TONES_HEAD = frozenset({"kinds"}), frozenset({"tones"})
SAMPLE = 800
"""Rows of each pool, chosen by a hash of the text."""
CLEAR_SCORE = 1.0
"""From which strength on, of 4, a review's sentence has a tone; under `FAINT_SCORE` it has none."""
FAINT_SCORE = 0.5

Row = dict[str, Any]
Context = Sequence[str]
"""A request and the answer to it."""


def list_pools() -> list[str]:
    """Names of all samples."""
    return sorted(path.name.removesuffix(".jsonl.gz") for path in POOLS.glob("*.jsonl.gz"))


def load_pools() -> list[Labelled]:
    """All samples as exchanges that teach what they were labelled for; each is a conversation of its own."""
    return [labelled for name in list_pools() for labelled in read_pool(name)]


def read_pool(name: str) -> Iterator[Labelled]:
    for number, row in enumerate(_read_rows(POOLS / f"{name}.jsonl.gz")):
        yield Labelled(
            exchange=Exchange(row["message"], row["request"], row["answer"]),
            kinds=frozenset(row.get("kinds", ())),
            complaint_kinds=frozenset(row.get("complaint_kinds", ())),
            tone=row["tone"],
            language="en",
            conversation=f"{name}-{number}",
            file=name,
            turn=2,
            teaches=HEADS.intersection(row["teaches"]),
        )


def _read_rows(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sample_rows(rows: Sequence[Row], text: str) -> list[Row]:
    """`SAMPLE` of the rows, those whose text has the lowest hash: the same ones whatever stands around them."""
    return sorted(rows, key=lambda row: sha256(row[text].encode()).digest())[:SAMPLE]


def build_self_repairs(data: Path) -> Iterator[Row]:
    """Questions in which a person corrects themselves, each after another one that was answered."""
    rows = sample_rows(_read_rows(data / "selfrepair_disflqa_train.jsonl.gz"), "disfluent")
    for row, context in zip(rows, _mix(_follow(rows, "original", "plain_answers")), strict=False):
        yield _give_row(row["disfluent"], context, "neutral", HEADS)


def build_bank(data: Path) -> Iterator[Row]:
    """Customers' questions to a bank, each after another one that was answered. Nothing is known of their tone."""
    rows = sample_rows(_read_rows(data / "benign_banking77_train.jsonl.gz"), "text")
    for row, context in zip(rows, _mix(_follow(rows, "text", "bank_answers")), strict=False):
        yield _give_row(row["text"], context, "neutral", KINDS_HEAD)


def build_reviews(data: Path) -> Iterator[Row]:
    """Sentences of reviews of things, as many of each tone, after a greeting or an answer that has nothing to do with
    them. Whether one would be feedback is not known.
    """
    rows = _read_rows(data / "sentiment_intensity_amazonReviewSnippets.jsonl.gz")
    tests: dict[str, Callable[[float], bool]] = {
        "negative": lambda score: score <= -CLEAR_SCORE,
        "neutral": lambda score: abs(score) < FAINT_SCORE,
        "positive": lambda score: score >= CLEAR_SCORE,
    }
    for tone, is_so in tests.items():
        chosen = sample_rows([row for row in rows if is_so(row["score"])], "text")
        for row, context in zip(chosen, _mix(cycle(_load_contexts()["questions"])), strict=False):
            yield _give_row(row["text"], context, tone, TONES_HEAD)


def _follow(rows: Sequence[Row], text: str, answers: str) -> Iterator[Context]:
    """Before each row: the one above it, with an answer that would do."""
    return zip((row[text] for row in [rows[-1], *rows]), cycle(_load_contexts()[answers]), strict=False)


def _mix(questions: Iterable[Context]) -> Iterator[Context]:
    """What messages may come after: by turns a question with its answer, and a greeting."""
    openings = cycle(_load_contexts()["openings"])
    for question in questions:
        yield question
        yield next(openings)


def _load_contexts() -> dict[str, Any]:
    contexts: dict[str, Any] = json.loads((POOLS / "contexts.json").read_text(encoding="utf-8"))
    return contexts


def _give_row(message: str, context: Context, tone: str, teaches: frozenset[str]) -> Row:
    request, answer = context
    return {"message": message, "request": request, "answer": answer, "tone": tone, "teaches": sorted(teaches)}


BUILDERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "self_repairs": build_self_repairs,
    "bank": build_bank,
    "reviews": build_reviews,
}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m feedback.training.pools DATA")
    for name, build in BUILDERS.items():
        lines = [json.dumps(row, ensure_ascii=False) for row in build(Path(sys.argv[1]))]
        content = gzip.compress("\n".join(lines).encode() + b"\n", mtime=0)
        (POOLS / f"{name}.jsonl.gz").write_bytes(content)
        print(f"{name}: {len(lines)} rows")


if __name__ == "__main__":
    main()
