"""What is known of conversations when datasets are made of them, and how they are chosen and cut into batches."""

from pathlib import Path

import pytest

from feedback.datasets.building.source import HeldOut
from feedback.datasets.record import Reviewed
from feedback.flywheel import lists
from feedback.flywheel.lists import find_commit, keep_list, load_list
from feedback.flywheel.reading import (
    BATCH_SIZE,
    MOST_MESSAGES,
    Choice,
    Found,
    choose_conversations,
    cut_batches,
    load_modes,
    read_batch,
)
from feedback.labels import DISSATISFIED, OUTCOME, SATISFIED, LabelKey, write_label
from tests.pages.conftest import HOUR_NS, Teller
from tracing.filter_language import Filter, read_filter


def test_reviewers_words_come_with_a_conversation(teller: Teller) -> None:
    for name in ("a", "b"):
        teller.tell(name)
    for who, verdict in (("bo", DISSATISFIED), ("anna", SATISFIED), ("cy", SATISFIED)):
        write_label(teller.store, teller.project.pk, LabelKey("a", OUTCOME, who), verdict)
    write_label(teller.store, teller.project.pk, LabelKey("a", OUTCOME, "cy"), "")
    found = {
        each.conversation.conversation_id: each for each in read_batch(teller.store, teller.project.pk, ["b", "a"])
    }
    assert list(found) == ["b", "a"]
    assert (found["a"].verdicts, found["b"].verdicts) == ((SATISFIED, DISSATISFIED), ())


def test_one_that_is_gone_is_left_out(teller: Teller) -> None:
    teller.tell("a")
    found = read_batch(teller.store, teller.project.pk, ["gone", "a"])
    assert [each.conversation.conversation_id for each in found] == ["a"]
    assert list(read_batch(teller.store, teller.project.pk, [])) == []
    assert load_modes(teller.store, teller.project.pk, []) == {}


def test_ages_count_back_from_when_it_was_asked_for(teller: Teller) -> None:
    for name, age in (("old", 30), ("new", 1)):
        teller.tell(name, age_hours=age)

    def choose(text: str, now_ns: int) -> list[str]:
        chosen = choose_conversations(teller.store, teller.project.pk, read_filter(text), now_ns)
        return [each.conversation_id for each in chosen.conversations]

    assert choose("time:24h", teller.now_ns) == ["new"]
    assert choose("time:24h", teller.now_ns - 10 * HOUR_NS) == ["old", "new"]
    assert choose_conversations(teller.store, teller.project.pk, Filter(), teller.now_ns).conversations == (
        Found("old", "", 1),
        Found("new", "", 1),
    )


def test_batches_hold_so_many_conversations_and_turns() -> None:
    short = [Found(f"c-{number}", "", 1) for number in range(BATCH_SIZE + 1)]
    assert [len(batch) for batch in cut_batches(short)] == [BATCH_SIZE, 1]
    turns = int(MOST_MESSAGES**0.5)
    long = [Found("a", "", turns - 1), Found("b", "", 1), Found("c", "", turns), Found("d", "", 9 * turns)]
    assert cut_batches(long) == [["a", "b"], ["c"], ["d"]]
    assert cut_batches([]) == []


def test_a_list_is_kept_until_another_tacit_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    choice = Choice((Found("a\n/../", "ü", 2), Found("b", "", 1)), 3, HeldOut(0.1, 4))
    assert load_list(tmp_path / "work") is None
    keep_list(tmp_path / "work", choice)
    assert load_list(tmp_path / "work") == choice
    monkeypatch.setattr(lists, "version_of", lambda _: "99")
    assert load_list(tmp_path / "work") is None


def test_the_commit_is_read_where_there_is_one(tmp_path: Path) -> None:
    assert find_commit(tmp_path) == ""
    git = tmp_path / ".git"
    git.mkdir()
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text(f"# pack-refs\n{'b' * 40} refs/heads/main\n")
    assert find_commit(tmp_path) == "b" * 40
    (git / "refs/heads").mkdir(parents=True)
    (git / "refs/heads/main").write_text(f"{'c' * 40}\n")
    assert find_commit(tmp_path) == "c" * 40
    (git / "HEAD").write_text(f"{'d' * 40}\n")
    assert find_commit(tmp_path) == "d" * 40


def settle(teller: Teller, question: str, conversation_id: str, version: int, **changes: object) -> None:
    row = {
        "project_id": teller.project.pk,
        "question": question,
        "conversation_id": conversation_id,
        "turn_index": 0,
        "queue": 1,
        "answer_turn": 0,
        "choices": ["other"],
        "better_answer": "",
        "said_by": ["anna", "bo"],
        "is_adjudicated": False,
        "reason": "random",
        "propensity": 0.1,
        "version": version,
    }
    teller.store.insert("settled_reviews", {name: [value] for name, value in (row | changes).items()})


def test_what_reviewers_settled_comes_with_a_conversation(teller: Teller) -> None:
    for name in ("a", "b"):
        teller.tell(name)
    settle(teller, "outcome", "a", 2, choices=["satisfied"], said_by=["anna"], is_adjudicated=True)
    settle(teller, "answer", "a", 1, better_answer="It is sunny.")
    settle(teller, "answer", "a", 3, queue=2, better_answer="It is cold.")
    found = {
        each.conversation.conversation_id: each.reviews
        for each in read_batch(teller.store, teller.project.pk, ["a", "b"])
    }
    assert found == {
        "a": (
            Reviewed("outcome", ("satisfied",), reviewers=1, is_adjudicated=True),
            Reviewed("answer", ("other",), better_answer="It is cold.", reviewers=2),
        ),
        "b": (),
    }
