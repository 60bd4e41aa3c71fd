"""Whatever people did and wrote: rows are sound, splits do not leak, labels do not contradict."""

import json
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets import FORMATS, Definition
from feedback.datasets.building.manifest import PROVENANCE
from feedback.detectors.signal import Polarity
from tests.examples import count_examples
from tests.feedback.datasets.dialogue import Dialogue, build, build_from, read_lines

TRL = [name for name in FORMATS if name.startswith("trl-")]
TEXTS = st.sampled_from(["", " ", "yes", "yes ", "no", "yes, and more", "\u2028", "\ud800", "<b>"]) | st.text(
    max_size=8
)
OUTCOMES = st.sampled_from(["completed", "completed", "completed", "stopped", "truncated", "error"])
ATTEMPTS = st.fixed_dictionaries({"text": TEXTS, "outcome": OUTCOMES, "ended_by": st.sampled_from(["", "client"])})
KINDS = st.sampled_from(["regeneration", "early_termination", "rephrase", "complaint", "praise", "sentiment", "slow"])


@st.composite
def dialogues(draw: st.DrawFn, number: int) -> Dialogue:
    """A conversation with up to three turns and any feedback, of one of a few users or of nobody."""
    user_id = draw(st.sampled_from(["", "u1", "u2", f"u-{number}"]))
    dialogue = Dialogue(f"c{number}", user_id, start_seconds=draw(st.integers(1, 5)))
    for _ in range(draw(st.integers(1, 3))):
        dialogue.ask(draw(TEXTS), *draw(st.lists(ATTEMPTS, min_size=1, max_size=4)))
    for _ in range(draw(st.integers(0, 6))):
        turn = draw(st.integers(0, len(dialogue.turns) - 1))
        attempt = draw(st.integers(0, len(dialogue.turns[turn].answers) - 1))
        if draw(st.booleans()):
            dialogue.thumb(turn, draw(st.sampled_from(["up", "down"])), attempt)
        else:
            polarity: Polarity = draw(st.sampled_from([-1, 1]))
            dialogue.notice(turn, draw(KINDS), attempt, polarity, score=draw(st.floats(0, 1)))
    return dialogue


@st.composite
def crowds(draw: st.DrawFn) -> list[Dialogue]:
    return [draw(dialogues(number)) for number in range(draw(st.integers(0, 14)))]


def read_sides(row: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Return each dialogue that the row holds, from the first message to the answer."""
    if "messages" in row:
        return [row["messages"]]
    return [row["prompt"] + row[name] for name in ("completion", "chosen", "rejected") if name in row]


@settings(max_examples=count_examples(20), deadline=None)
@given(crowds(), st.sampled_from(TRL))
def test_every_row_is_a_dialogue_that_ends_with_an_answer(crowd: list[Dialogue], format_name: str) -> None:
    dataset = build(format_name, *crowd)
    rows = read_lines(dataset, "train.jsonl") + read_lines(dataset, "validation.jsonl")
    assert len(rows) == dataset.manifest["rows"] == len(read_lines(dataset, PROVENANCE))
    for messages in (messages for row in rows for messages in read_sides(row)):
        assert [message["role"] for message in messages] == ["user", "assistant"] * (len(messages) // 2)
        assert all(message["content"].strip() for message in messages)


@settings(max_examples=count_examples(20), deadline=None)
@given(crowds(), st.sampled_from(list(FORMATS)), st.randoms(use_true_random=False), st.integers(1, 5))
def test_neither_order_nor_batches_of_the_input_change_a_byte(
    crowd: list[Dialogue], format_name: str, random: Any, chunk: int
) -> None:
    before = build(format_name, *crowd).files
    for dialogue in crowd:
        random.shuffle(dialogue.signals)
        random.shuffle(dialogue.feedback)
    random.shuffle(crowd)
    again = [dialogue.finish() for dialogue in crowd]
    assert build_from(Definition(format_name), again, chunk=chunk).files == before


@settings(max_examples=count_examples(20), deadline=None)
@given(crowds(), st.sampled_from(list(FORMATS)), st.data())
def test_a_build_cut_off_anywhere_goes_on_to_the_same_bytes(
    crowd: list[Dialogue], format_name: str, data: st.DataObject
) -> None:
    conversations, definition = [dialogue.finish() for dialogue in crowd], Definition(format_name)
    with TemporaryDirectory() as folder:
        work = Path(folder)
        before = build_from(definition, conversations, work=work, chunk=3).files
        cut_off(work, data)
        assert build_from(definition, conversations, work=work, chunk=3).files == before


def cut_off(work: Path, data: st.DataObject) -> None:
    """Leave of what was written what a power cut might: files that are missing, half a file, half a directory."""
    for path in sorted(path for path in work.rglob("*") if path.is_file()):
        fate = data.draw(st.sampled_from(["stays", "is gone", "is cut"]))
        if fate == "is gone":
            path.unlink()
        elif fate == "is cut":
            path.write_bytes(path.read_bytes()[: data.draw(st.integers(0, path.stat().st_size))])
    if data.draw(st.booleans()):
        (work / "files").rename(work / ".files")


@settings(max_examples=count_examples(20), deadline=None)
@given(crowds(), st.sampled_from(list(FORMATS)))
def test_no_user_and_no_conversation_is_in_both_splits(crowd: list[Dialogue], format_name: str) -> None:
    users = {dialogue.id: dialogue.user_id or dialogue.id for dialogue in crowd}
    splits: dict[str, set[str]] = defaultdict(set)
    for line in read_lines(build(format_name, *crowd), PROVENANCE):
        splits[users[line["conversation_id"]]].add(line["split"])
    assert all(len(found) == 1 for found in splits.values())


@settings(max_examples=count_examples(20), deadline=None)
@given(crowds())
def test_no_answer_is_labelled_twice(crowd: list[Dialogue]) -> None:
    dataset = build("trl-kto", *crowd)
    answers = [(line["trace_id"], line["span_id"]) for line in read_lines(dataset, PROVENANCE)]
    rows = read_lines(dataset, "train.jsonl") + read_lines(dataset, "validation.jsonl")
    texts = [json.dumps([row["prompt"], row["completion"]]) for row in rows]
    assert len(set(answers)) == len(answers)
    assert len(set(texts)) == len(texts)


@settings(max_examples=count_examples(20), deadline=None)
@given(crowds(), st.sampled_from(list(FORMATS)))
def test_the_funnel_never_loses_a_row(crowd: list[Dialogue], format_name: str) -> None:
    manifest = build(format_name, *crowd).manifest
    assert follow(manifest["funnel"]["steps"]) == manifest["rows"]
    assert follow([manifest["funnel"]["gate"]]) == len(crowd)
    for part in manifest["parts"]:
        assert follow(part["steps"]) == sum(part["rows"].values())


def follow(steps: list[dict[str, Any]]) -> int:
    """How many are left of what came in, with each that went counted."""
    rows: int = steps[0]["in"]
    for step in steps:
        assert step["in"] == rows
        rows = step["out"]
        assert step["in"] - rows == sum(step["dropped"].values())
    return rows
