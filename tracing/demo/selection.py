"""Makes `dialogues.jsonl` out of labelled data: `python -m tracing.demo.selection DIRECTORY`, run by hand.

Texts are taken as they are. What people did about an answer (copy, stop, regenerate, thumbs) is real where
the data recorded it; elsewhere it follows from the labels of the person's next message, for a share of the
turns as small as in real products. The same data give the same file.
"""

import ast
import gzip
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracing.demo.chance import draw_share
from tracing.demo.dialogues import DemoTurn, Dialogue, dump_dialogues, place_in_week

Record = dict[str, Any]

CODE, SUPPORT, WRITING, EVERYDAY, TOWN = (
    "code-helper",
    "support-assistant",
    "writing-desk",
    "everyday-guide",
    "town-concierge",
)
CHATS = {
    "chats_r2_company": (SUPPORT, 42),
    "chats_support": (SUPPORT, 20),
    "chats_r2_prog": (CODE, 24),
    "chats_coding": (CODE, 10),
    "chats_r2_text": (WRITING, 26),
    "chats_writing": (WRITING, 10),
    "chats_r2_every": (EVERYDAY, 26),
    "chats_knowledge": (EVERYDAY, 10),
    "chats_r2_long": ("", 32),
}
"""App and number of conversations for each file; the long ones go to the app that their domain asks for."""
APPS_BY_DOMAIN = {
    CODE: {"coding", "data", "ml", "agent"},
    SUPPORT: {"support", "ecommerce", "shopping", "hr"},
    WRITING: {"writing", "office", "translation", "creative", "interview_practice"},
}
MODELS = {SUPPORT: "gpt-x-mini", CODE: "gpt-x", WRITING: "gpt-x", EVERYDAY: "gpt-x-mini", TOWN: "gpt-x-mini"}
RECORDED_MODELS = {
    "GPT-4o (chat)": "gpt-4o",
    "GPT-3.5 (chat)": "gpt-3.5-turbo",
    "CodeLlama34b (chat)": "codellama-34b-instruct",
    "CodeLlama7b (chat)": "codellama-7b-instruct",
}
PROGRAMMING_COUNT, TOWN_COUNT = 24, 14
LONGEST_DIALOGUE_CHARS = 6_500
CONVERSATIONS_PER_USER = 1.6

REGENERATED = {
    "r2c-057": 2,
    "r2c-084": 2,
    "r2c-128": 2,
    "r2c-139": 2,
    "own-support-021": 2,
    "own-support-072": 2,
    "r2t-018": 2,
    "r2t-033": 2,
    "r2t-074": 2,
    "r2t-105": 2,
    "r2t-114": 2,
    "r2t-153": 2,
    "r2p-105": 2,
    "r2p-152": 2,
    "r2p-155": 2,
    "coding-032": 2,
    "r2e-011": 2,
    "r2e-090": 2,
    "r2e-138": 2,
    "knowledge-079": 2,
}
"""Complaints (their place in the conversation) that asked for nothing new: a press of "regenerate" takes
their place, so that the next answer replaces the one that was complained about."""

CLOSINGS = ("You're welcome!", "Happy to help.", "Glad that helped. Good luck!", "Any time.")
FAILURES = (
    "429 Too Many Requests: rate limit reached",
    "503 Service Unavailable: the model is overloaded",
    "Request timed out after 30 seconds",
)
GIVING_UP = {"stop", "complaint", "request_human"}


@dataclass(frozen=True, slots=True)
class DemoExchange:
    """A message, its answer, and the labels of what the person wrote next (or of how it all ended)."""

    user: str
    answer: str
    reaction: frozenset[str]
    replaced: tuple[str, ...] = ()


def select_dialogues(data: Path) -> list[Dialogue]:
    """All sources, mixed; their order is the order of the week."""
    chosen = [
        *select_chats(data),
        *take_share(read_programming(data), PROGRAMMING_COUNT),
        *take_share(read_town(data), TOWN_COUNT),
    ]
    return sorted(assign_users(chosen), key=place_in_week)


def take_share(dialogues: Iterable[Dialogue], count: int) -> list[Dialogue]:
    return sorted(dialogues, key=lambda dialogue: draw_share("take", dialogue.conversation_id))[:count]


def assign_users(dialogues: list[Dialogue]) -> Iterator[Dialogue]:
    """Some people come back: each app has fewer users than conversations."""
    counts = {app: sum(dialogue.app == app for dialogue in dialogues) for app in MODELS}
    for dialogue in dialogues:
        pool = counts[dialogue.app] / CONVERSATIONS_PER_USER
        number = 100 + int(draw_share("user", dialogue.conversation_id) * pool)
        user_id = dialogue.user_id or f"{dialogue.app.split('-')[0]}-{number}"
        yield Dialogue(dialogue.conversation_id, dialogue.source, dialogue.app, user_id, dialogue.model, dialogue.turns)


def read_records(data: Path, name: str) -> Iterator[Record]:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def select_chats(data: Path) -> Iterator[Dialogue]:
    for name, (app, count) in CHATS.items():
        records = sorted(filter(is_readable, read_records(data, name)), key=rank_chat)
        for record in records[:count]:
            yield read_chat(record, app or find_app(record["domain"]))


def is_readable(record: Record) -> bool:
    """Mostly English; no more than a screen or two."""
    key = record["conversation_id"]
    size = sum(len(turn["content"]) for turn in record["turns"])
    return size <= LONGEST_DIALOGUE_CHARS and (record["language"] == "en" or draw_share("language", key) < 0.5)


def rank_chat(record: Record) -> float:
    key = record["conversation_id"]
    return -1.0 if key in REGENERATED else draw_share("take", key)


def find_app(domain: str) -> str:
    return next((app for app, domains in APPS_BY_DOMAIN.items() if domain in domains), EVERYDAY)


def read_chat(record: Record, app: str) -> Dialogue:
    key = record["conversation_id"]
    exchanges = pair_exchanges(record)
    turns = [make_turn(f"{key}/{index}", exchange, app) for index, exchange in enumerate(exchanges)]
    last = record["turns"][-1]
    if last["role"] == "user":
        turns += end_unanswered(key, last, record["language"])
    return Dialogue(key, "Tacit chats", app, "", MODELS[app], tuple(turns))


def pair_exchanges(record: Record) -> list[DemoExchange]:
    """Messages with their answers; a last message without one only tells how the last answer was taken."""
    messages = record["turns"]
    dropped = REGENERATED.get(record["conversation_id"], -1)
    exchanges: list[DemoExchange] = []
    for index in range(0, len(messages) - 1, 2):
        user, answer = messages[index]["content"], messages[index + 1]["content"]
        following = messages[index + 2 : index + 3]
        reaction = frozenset(following[0]["labels"] if following else {f"ended {record['outcome']}"})
        if index == dropped:
            poor = exchanges.pop()
            exchanges.append(DemoExchange(poor.user, answer, reaction, (poor.answer,)))
        else:
            exchanges.append(DemoExchange(user, answer, reaction))
    return exchanges


def make_turn(key: str, exchange: DemoExchange, app: str) -> DemoTurn:
    actions = choose_actions(key, exchange, app)
    return DemoTurn(exchange.user, exchange.answer, tuple(actions), exchange.replaced)


def choose_actions(key: str, exchange: DemoExchange, app: str) -> Iterator[str]:
    """What the person may have pressed, given what they wrote afterwards; most press nothing."""
    reaction, roll = exchange.reaction, draw_share("action", key)
    poor = reaction & {"complaint", "correction", "rephrase", "stop"}
    if poor and len(exchange.answer) > 200 and draw_share("stop", key) < 0.5:
        yield "stop"
    elif (poor and roll < 0.2) or ("ended dissatisfied" in reaction and roll < 0.4):
        yield "thumbs_down"
    elif ("praise" in reaction and roll < 0.6) or ("ended satisfied" in reaction and roll < 0.35):
        yield "thumbs_up"
    if not poor and app in {CODE, WRITING} and draw_share("copy", key) < find_copy_rate(exchange):
        yield "copy"


def find_copy_rate(exchange: DemoExchange) -> float:
    """Code and praised texts are what people carry away."""
    if "praise" in exchange.reaction or "ended satisfied" in exchange.reaction:
        return 0.45
    return 0.25 if "```" in exchange.answer else 0.06


def end_unanswered(key: str, last: Record, language: str) -> list[DemoTurn]:
    """The source stops at a message. Thanks get a word back, who gives up leaves before the answer begins,
    and now and then the provider fails; otherwise the message is left out."""
    labels, roll = set(last["labels"]), draw_share("end", key)
    if "praise" in labels and language == "en":
        return [DemoTurn(last["content"], CLOSINGS[int(roll * len(CLOSINGS))])]
    if labels & GIVING_UP:
        return [DemoTurn(last["content"], "", ("stop",))]
    if not labels and roll < 0.14:
        return [DemoTurn(last["content"], "", error=FAILURES[int(roll / 0.14 * len(FAILURES))])]
    return []


def read_programming(data: Path) -> Iterator[Dialogue]:
    """RealHumanEval: a programmer's requests for one task hold the whole dialogue; copying was recorded."""
    sessions: dict[tuple[int, str, str], list[tuple[list[Record], Record]]] = {}
    for row in read_records(data, "copy_realhumaneval"):
        key = (row["programmer"], row["task"], row["model"])
        sessions.setdefault(key, []).append((ast.literal_eval(row["request"]), row))
    for (programmer, task, model), rows in sessions.items():
        messages, last = max(rows, key=lambda row: len(row[0]))
        texts = [message["content"].strip() for message in messages] + [last["response"].strip()]
        if not is_well_formed(messages) or not is_worth_reading(texts):
            continue
        copied = {len(request) for request, row in rows if row["label"]}
        yield Dialogue(
            conversation_id=f"realhumaneval-{programmer}-{task.replace('_', '-')}",
            source="RealHumanEval",
            app=CODE,
            user_id=f"dev-{programmer}",
            model=RECORDED_MODELS[model],
            turns=tuple(
                DemoTurn(texts[index], texts[index + 1], ("copy",) if index + 1 in copied else ())
                for index in range(0, len(texts), 2)
            ),
        )


def is_well_formed(messages: list[Record]) -> bool:
    """Whether user and assistant take turns, the user first and last."""
    roles = [message["role"] for message in messages]
    return len(roles) % 2 == 1 and all(role == ("user", "assistant")[i % 2] for i, role in enumerate(roles))


def is_worth_reading(texts: list[str]) -> bool:
    """Two to seven turns, each short enough to be read, the person writing sentences."""
    questions = texts[::2]
    return (
        4 <= len(texts) <= 14
        and all(texts)
        and sum(map(len, texts)) <= LONGEST_DIALOGUE_CHARS
        and len(questions[0].split()) >= 5
        and all(len(text) <= 900 for text in questions)
    )


def read_town(data: Path) -> Iterator[Dialogue]:
    """Petrak and others: of their corpora only MultiWOZ, where people ask a town's information desk."""
    seen = set()
    for row in read_records(data, "feedback_petrak"):
        name = re.search(r"(mwoz_non_erroneous_\d+)", row["id"])
        texts = split_context(row)
        if name and texts and is_worth_reading(texts) and texts[0] not in seen:
            seen.add(texts[0])
            turns = [make_town_turn(f"{row['id']}/{i}", texts[i : i + 3]) for i in range(0, len(texts), 2)]
            name_id = f"{name[1].replace('_', '-')}-{len(seen)}"
            yield Dialogue(name_id, "Petrak et al.", TOWN, "", MODELS[TOWN], tuple(turns))


def split_context(row: Record) -> list[str]:
    """Messages and answers by turns; empty where they do not take turns."""
    parts = re.split(r"\s*<(user|system)>\s*", row["context"])[1:]
    texts = [text.strip() for text in parts[1::2]]
    if parts[::2] != ["user", "system"] * (len(parts) // 4):
        return []
    return [*texts[:-1], texts[-1] or row["target"].strip()]


def make_town_turn(key: str, texts: list[str]) -> DemoTurn:
    """A message, its answer and the next message, which may thank."""
    thanks = len(texts) > 2 and re.search(r"\b(great|perfect|thank|groovy)", texts[2], re.IGNORECASE)
    return DemoTurn(texts[0], texts[1], ("thumbs_up",) if thanks and draw_share("action", key) < 0.12 else ())


if __name__ == "__main__":
    dump_dialogues(select_dialogues(Path(sys.argv[1])))
