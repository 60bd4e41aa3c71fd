"""How right the contradictions are that are found: `python -m benchmarks.contradictions`.

Labelled pairs go through the whole search, each as a world of two conversations. They stand in
`benchmarks/contradictory_answers/`: `tuning.jsonl`, by which the rules were made, `held_out.jsonl`, and, with longer
answers, `held_out_long.jsonl`. `--chats FILE…` looks for contradictions among the conversations of files as `tacit
detect` reads them, `--requests FILE` says how often requests that are taken for the same have one label, `--speed`
measures how long 20,000 turns take.
"""

import argparse
import gzip
import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from feedback.contradictions import Asked, Contradiction, asks_alike, find_contradictions, read_request
from feedback.contradictions.requests import group_alike
from feedback.embedding import load_encoder

PAIRS = Path(__file__).parent / "contradictory_answers"
PARTS = ("tuning", "held_out", "held_out_long")
SPEED_TURNS = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, nargs="*", default=PARTS)
    parser.add_argument("--errors", action="store_true", help="show every pair that is told wrong")
    parser.add_argument("--chats", nargs="*", type=Path, default=[])
    parser.add_argument("--requests", type=Path, help="lines of {text, label}, gzipped")
    parser.add_argument("--speed", action="store_true")
    given = parser.parse_args()
    for part in given.part:
        print(f"{part}: {describe(measure(load_pairs(part), shows_errors=given.errors))}")
    for path in given.chats:
        show_chats(path)
    if given.requests:
        print(measure_requests(given.requests))
    if given.speed:
        print(f"{SPEED_TURNS:,} turns in {measure_speed():.1f} s")


def load_pairs(part: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (PAIRS / f"{part}.jsonl").read_text().splitlines()]


def find_in_pair(pair: dict[str, Any]) -> list[Contradiction]:
    turns = [
        Asked(f"c-{place}", 0, f"u-{place}", place, request, answer)
        for place, (request, answer) in enumerate(zip(pair["requests"], pair["answers"], strict=True))
    ]
    return find_contradictions(turns, load_encoder().embed)


def measure(pairs: list[dict[str, Any]], *, shows_errors: bool = False) -> Counter[str]:
    """How often what is told is so, by sort."""
    counts = Counter[str]()
    for pair in pairs:
        found = find_in_pair(pair)
        counts[f"{'found' if found else 'not found'}, {'is' if pair['contradicts'] else 'is not'}"] += 1
        counts[f"{'+' if pair['contradicts'] else '-'}{pair['sort']} of"] += 1
        counts[f"{'+' if pair['contradicts'] else '-'}{pair['sort']}"] += bool(found)
        if shows_errors and bool(found) != pair["contradicts"]:
            print(pair["sort"], *pair["requests"], *pair["answers"], found[0].conflict if found else "", sep="\n    ")
    return counts


def describe(counts: Counter[str]) -> str:
    found, missed = counts["found, is"], counts["not found, is"]
    wrong, right = counts["found, is not"], counts["not found, is not"]
    sorts = sorted(name for name in counts if f"{name} of" in counts)
    return (
        f"precision {found / max(found + wrong, 1):.3f}, recall {found / max(found + missed, 1):.3f} of "
        f"{found + missed} contradictions among {found + missed + wrong + right} pairs; found: "
        + ", ".join(f"{name} {counts[name]} of {counts[f'{name} of']}" for name in sorts)
    )


def show_chats(path: Path) -> None:
    """What is found in conversations that nobody labelled, to be read."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt") as lines:
        talks = [json.loads(line) for line in lines]
    turns = [each for talk in talks for each in list_turns(talk)]
    found = find_contradictions(turns, load_encoder().embed)
    print(f"{path.name}: {len(turns)} turns, {len(found)} contradictions")
    for each in found:
        print("  ", each.score, each.conflict.kind, each.one.request, each.other.request, sep=" | ")
        for turn, (start, end) in ((each.one, each.conflict.one), (each.other, each.conflict.other)):
            print("      ", turn.answer[max(0, start - 60) : end + 60].replace("\n", " "))


def list_turns(talk: dict[str, Any]) -> list[Asked]:
    given = talk["turns"]
    found: list[Asked] = []
    for at, turn in enumerate(given[:-1]):
        if turn["role"] == "user" and given[at + 1]["role"] == "assistant":
            name = str(talk.get("conversation_id") or talk.get("id"))
            found.append(Asked(name, len(found), "", at, turn["content"], given[at + 1]["content"]))
    return found


def measure_requests(path: Path) -> str:
    """Requests of people with the labels that somebody gave them."""
    with gzip.open(path, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    labels = {read_request(row["text"]).key: row["label"] for row in rows}
    requests = {(request := read_request(row["text"])).key: request for row in rows}
    embed = load_encoder().embed
    pairs = [(key, lead) for key, lead in group_alike(requests.values()).items() if key != lead]
    joined = [(one, other) for one, other in pairs if asks_alike(requests[one], requests[other], embed)]
    same = sum(labels[one] == labels[other] for one, other in joined)
    return f"{len(requests):,} different requests: {len(joined)} pairs taken for the same, {same} of one label"


def measure_speed() -> float:
    """seconds of processor time for turns of which a third ask what others ask, with answers in other words."""
    chance = random.Random(7)  # noqa: S311 - a benchmark that is the same each time
    topics = [
        f"{verb} the {thing} {number}"
        for verb in ("reset", "order", "return", "renew")
        for thing in ("router", "card", "ticket", "filter", "lamp")
        for number in range(100)
    ]
    turns = []
    for number in range(SPEED_TURNS):
        topic = chance.choice(topics) if number % 3 == 0 else f"{chance.choice(topics)} of type {number}"
        days = chance.choice((14, 14, 14, 30)) if number % 50 == 0 else 14
        answer = f"You have {days} days to {topic}. " + " ".join(chance.choices(ANSWER_PARTS, k=6))
        turns.append(Asked(f"c-{number}", 0, f"u-{number % 5000}", number, f"How long do I have to {topic}?", answer))
    load_encoder().embed(["warm"])
    start = time.process_time()
    find_contradictions(turns, load_encoder().embed)
    return time.process_time() - start


ANSWER_PARTS = (
    "Please keep the receipt until it is done.",
    "You can do it in the app, under Settings, or at the desk.",
    "If you are not sure, write to help@acme.example and we look into it.",
    "It costs nothing extra for members of the club.",
    "The desk is open from 9 am to 5 pm on weekdays.",
    "We send you a mail as soon as it has arrived.",
    "You do not have to print the label yourself.",
    "Larger items are collected at your door by our partner.",
)

if __name__ == "__main__":
    main()
