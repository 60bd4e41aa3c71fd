"""How many labels of datasets are right: labelled chats come in, what behaviour alone says of their answers is held
against what people said of the messages that follow them.

    python benchmarks/dataset_labels.py          chats that nothing was learnt from
    python benchmarks/dataset_labels.py --all    all of them; the readers of words learnt from most

A desirable answer is right where the labelled feedback on it is praise alone, an undesirable one where any of it is
not. It tells, too, of how many labelled corrections every word was there before, so that they may make a pair.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.datasets.labels.new_facts import list_new_words
from feedback.datasets.labels.ratings import RATINGS
from feedback.datasets.record import LabelledConversation, Record
from feedback.detectors import Material, detect_signals
from feedback.training.chats import list_files
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation, Message

SECOND_NS = 10**9
GAP_SECONDS = 60
START_SECONDS = 1_700_000_000


@dataclass(frozen=True)
class Label:
    """What a row says of an answer, and whether people agree."""

    name: str
    confidence: float
    is_right: bool


def main() -> None:
    options = read_options()
    files = [*list_files(validation=True), *(list_files(validation=False) if options.all else [])]
    chats = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines() if line]
    labels = [label for chat in chats for label in judge(chat)]
    print(f"{len(chats)} chats; the detectors read quickly, without the transformer")
    report("desirable", [label for label in labels if label.name.startswith("good")])
    report("undesirable", [label for label in labels if label.name.startswith("bad")])
    for name in sorted({label.name for label in labels}):
        report(f"  {name}", [label for label in labels if label.name == name])
    said = Counter(is_old_news for chat in chats for is_old_news in read_corrections(chat))
    print(f"{said[True]} of {said.total()} corrections tell nothing new")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="also the chats that the readers of words learnt from")
    return parser.parse_args()


def report(name: str, labels: Sequence[Label]) -> None:
    right = sum(label.is_right for label in labels)
    mean = sum(label.confidence for label in labels) / max(len(labels), 1)
    print(f"{name:40} {len(labels):5} rows  {right / max(len(labels), 1):6.1%} right  {mean:6.1%} sure")


def judge(chat: dict[str, Any]) -> Iterator[Label]:
    """The labels of a chat's answers, but for what answers its last message: nobody could say anything of that."""
    conversation, generations = build(chat)
    truth = read_truth(chat)
    signals = detect_signals(Material(conversation))
    for each in RATINGS.select(LabelledConversation(conversation, generations, signals)):
        if isinstance(each, Record) and each.provenance.turn_index + 1 < len(conversation.turns):
            said = truth[each.provenance.turn_index]
            is_right = said == {"praise"} if each.label else bool(said - {"praise"})
            name = f"{'good' if each.label else 'bad'} by {each.provenance.label_source}"
            yield Label(name, each.provenance.confidence, is_right)


def build(chat: dict[str, Any]) -> tuple[Conversation, dict[str, Generation]]:
    """The conversation with a model call for each answer; a last message without one is answered in a word."""
    turns, generations, said = list[Turn](), dict[str, Generation](), list[Message]()
    for user_text, text in list_exchanges(chat):
        said.append(Message("user", user_text))
        answer = make_answer(f"{chat['conversation_id']}-{len(turns)}", text, START_SECONDS + GAP_SECONDS * len(turns))
        generations[answer.span_id] = make_generation(answer, said)
        turns.append(Turn(len(turns), user_text, answer))
        said.append(Message("assistant", text))
    return Conversation(1, chat["conversation_id"], tuple(turns)), generations


def list_exchanges(chat: dict[str, Any]) -> list[tuple[str, str]]:
    turns = chat["turns"]
    following = [*turns[1:], {"role": "assistant", "content": "Well."}]
    pairs = zip(turns, following, strict=True)
    return [(turn["content"], after["content"]) for turn, after in pairs if turn["role"] == "user"]


def make_answer(name: str, text: str, seconds: int) -> Answer:
    return Answer(f"t-{name}", name, text, "completed", "", seconds * SECOND_NS, SECOND_NS, generation_span_ids=(name,))


def make_generation(answer: Answer, said: Sequence[Message]) -> Generation:
    return Generation(
        project_id=1,
        trace_id=answer.trace_id,
        span_id=answer.span_id,
        parent_span_id="",
        start_time_ns=answer.start_time_ns,
        duration_ns=answer.duration_ns,
        convention="chats",
        input_messages=tuple(said),
        output_messages=(Message("assistant", answer.text),),
    )


def read_truth(chat: dict[str, Any]) -> dict[int, set[str]]:
    """The kinds of feedback that people heard, by the turn whose answer they are about."""
    found: dict[int, set[str]] = defaultdict(set)
    turn = -1
    turn_of: dict[int, int] = {}
    for place, each in enumerate(chat["turns"]):
        turn += each["role"] == "user"
        turn_of[place] = turn
        if each["role"] == "user" and each.get("labels") and each.get("target") is not None:
            found[turn_of[each["target"]]].update(each["labels"])
    return found


def read_corrections(chat: dict[str, Any]) -> Iterator[bool]:
    """Of each message that corrects: whether all that it says was there before."""
    turns = chat["turns"]
    for place, each in enumerate(turns):
        if "correction" in (each.get("labels") or ()):
            yield not list_new_words(each["content"], [before["content"] for before in turns[:place]])


if __name__ == "__main__":
    main()
