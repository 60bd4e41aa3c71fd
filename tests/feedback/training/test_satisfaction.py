"""What signals say is learnt from chats with an outcome, and never from those for validation."""

import json
from pathlib import Path

import numpy as np
import pytest

from feedback.satisfaction.facts import Facts, Observation
from feedback.training import satisfaction
from feedback.training.satisfaction import (
    ASSUMED,
    Told,
    find_deviation,
    hear_files,
    learn_defaults,
    learn_vote,
    learn_words,
    load_told,
)

CHAT = {
    "conversation_id": "c1",
    "turns": [
        {"role": "user", "content": "When does the shop open?"},
        {"role": "assistant", "content": "It opens."},
        {"role": "user", "content": "No, that is wrong. I asked when."},
    ],
}


def write_chats(folder: Path, *outcomes: str) -> Path:
    path = folder / "chats_x.jsonl"
    rows = [CHAT | {"conversation_id": f"c{row}", "outcome": outcome} for row, outcome in enumerate(outcomes)]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path


def build_told(count: int = 400) -> list[Told]:
    random = np.random.default_rng(0)
    told = []
    for row in range(count):
        bad = bool(random.random() < 0.5)
        score = float(np.clip(random.normal(0.7 if bad else 0.2, 0.2), 0, 1))
        complaint = Observation("complaint", -1, score, score > 0.6, 1)
        praise = Observation("praise", 1, 1 - score, False, 1)
        told.append(Told(Facts(f"c{row}", "", (complaint, praise), 2, 100.0), bad, f"own_{'ab'[row % 2]}_{row % 3:02}"))
    return told


def test_chats_without_a_clear_outcome_teach_nothing(tmp_path: Path) -> None:
    told = list(hear_files([write_chats(tmp_path, "unclear", "dissatisfied", "satisfied", "unclear")], {}))
    assert [(each.facts.conversation_id, each.is_dissatisfied) for each in told] == [("c1", True), ("c2", False)]


def test_a_chat_is_heard_with_what_its_user_wrote_and_its_length(tmp_path: Path) -> None:
    (told,) = hear_files([write_chats(tmp_path, "dissatisfied")], {})
    assert told.facts.turns == 2
    assert {each.kind for each in told.facts.observations} >= {"correction", "complaint"}
    assert all(each.turn_index == 1 for each in told.facts.observations if each.kind == "complaint")


def test_what_was_heard_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_chats(tmp_path, "dissatisfied")
    monkeypatch.setattr(satisfaction, "list_files", lambda **_: [path])
    monkeypatch.setattr(satisfaction.tempfile, "gettempdir", lambda: str(tmp_path))
    first = load_told(validation=True)
    monkeypatch.setattr(satisfaction, "hear_files", None)
    assert load_told(validation=True) == first


def test_the_command_never_asks_for_the_chats_for_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(satisfaction, "load_told", lambda *, validation: asked.append(validation) or build_told())
    monkeypatch.setattr("sys.argv", ["satisfaction"])
    satisfaction.main()
    assert asked == [False]


def test_a_complaint_speaks_against_and_praise_for_an_answer() -> None:
    told = build_told()
    words = learn_words([each.facts for each in told], np.array([each.is_dissatisfied for each in told]))
    weights = dict(zip(words.columns, words.values.sum(axis=1).tolist(), strict=True))
    assert weights["complaint - at the end"] > 0.5
    assert weights["praise + at the end"] < -0.5
    assert weights["rephrase - before"] == pytest.approx(0, abs=1e-6)


def test_stronger_words_say_more() -> None:
    vote = learn_defaults(build_told()).prior.votes[0]
    assert vote.ratios[1] < 0 < vote.ratios[-1]


def test_what_no_chat_holds_stays_assumed() -> None:
    vote = next(each for each in learn_defaults(build_told()).prior.votes if each.name == "copy +")
    assert vote.ratios[1:] == pytest.approx(ASSUMED["copy +"][1:])
    assert not vote.is_learnt


def test_chats_with_a_signal_change_what_was_assumed() -> None:
    outcomes = np.repeat([False, True], 200)
    levels = np.where(np.arange(400) % 4 == 0, 2, 0) * outcomes
    vote = learn_vote("refusal -", levels, outcomes)
    assert vote.ratios[2] > ASSUMED["refusal -"][2] + 0.3
    assert vote.is_learnt


def test_groups_that_differ_make_a_level_less_sure() -> None:
    random = np.random.default_rng(3)
    outcomes, groups = random.random(8_000) < 0.5, np.repeat([f"g{at}" for at in range(8)], 1_000)
    alike = np.where(random.random(8_000) < np.where(outcomes, 0.5, 0.2), 1, 0)
    rates = 0.2 + 0.08 * np.repeat(np.arange(8), 1_000)
    apart = np.where(random.random(8_000) < np.where(outcomes, rates, 0.2), 1, 0)
    assert find_deviation(alike, outcomes, groups, 2) < find_deviation(apart, outcomes, groups, 2)
