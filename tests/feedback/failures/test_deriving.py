"""Of conversations that were estimated, the turn in which each failed is kept, as long as it does."""

import time
from dataclasses import replace

import numpy as np
import pytest

from feedback.confirmations import identify_signal, write_confirmation
from feedback.detectors.verdict import Verdict
from feedback.estimating import estimate_changed
from feedback.failure_modes.cases import Case, embed_cases
from feedback.failures import deriving
from feedback.failures.deriving import FAILURES, derive_changed_failures, read_failure
from feedback.failures.records import FailingRow, load_failing, move_conversations
from feedback.failures.turns import FailingTurn
from feedback.records import Hearing, load_signals, write_hearings
from tests.pages.conftest import Teller, make_answer
from tracing.conversations import Turn
from tracing.models import Project
from tracing.store import Store

QUESTION, ANSWER = "How do I reset the router?", "Hold the button."
ANGRY = "No, that is wrong. This is awful!"
FAILING = ((QUESTION, ANSWER), (ANGRY, "I am sorry."))
GLAD = ((QUESTION, ANSWER), ("Perfect, thank you so much!", "You are welcome."))


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


def hear(teller: Teller, *names: str, machine: str = "") -> None:
    hearings = dict.fromkeys(names, Hearing("test", Verdict(machine, 1.0, "so it said")))
    write_hearings(teller.store, teller.project.pk, hearings, [], time.time_ns() // 1000)


def tell(teller: Teller, name: str, turns: tuple[tuple[str, str], ...] = FAILING, user_id: str = "") -> None:
    teller.tell(name, turns, user_id=user_id or name)
    hear(teller, name)


def derive(teller: Teller) -> int:
    while estimate_changed(teller.store):
        pass
    count = 0
    while done := derive_changed_failures(teller.store):
        count += done
    return count


def load(teller: Teller) -> dict[str, FailingRow]:
    rows = load_failing(teller.store, teller.project.pk, with_vectors=True)
    return {row.conversation_id: row for row in rows}


def reject(teller: Teller, name: str) -> None:
    for signal in load_signals(teller.store, teller.project.pk, [name])[name]:
        key = identify_signal(name, signal)
        write_confirmation(teller.store, teller.project.pk, key, signal, "rejected", "ann")


def test_the_turn_whose_answer_is_complained_of_is_kept_with_its_vector(teller: Teller) -> None:
    tell(teller, "angry", user_id="u1")
    tell(teller, "glad", GLAD)
    assert derive(teller) == 2
    assert set(load(teller)) == {"angry"}
    row = load(teller)["angry"]
    assert (row.turn.turn_index, row.turn.family, row.mode) == (0, "answer", 0)
    assert "complaint" in {each.partition("/")[0] for each in row.turn.signals}
    assert (row.user_id, row.trace_id, row.span_id) == ("u1", "angry-0-trace", "angry-0-span")
    [expected] = embed_cases([Case("angry", QUESTION, ANSWER, ANGRY)], deriving.load_encoder().embed)
    assert row.vector is not None
    assert float(row.vector @ expected) > 0.999


def test_nothing_is_done_twice_and_the_lag_is_told(teller: Teller) -> None:
    assert FAILURES.measure_lag(teller.store) == 0
    tell(teller, "angry")
    estimate_changed(teller.store)
    assert FAILURES.measure_lag(teller.store) > 0
    assert derive(teller) == 1
    assert derive(teller) == 0
    assert FAILURES.measure_lag(teller.store) == 0


def test_a_process_that_dies_before_it_wrote_leaves_the_work_to_the_next(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, "angry")
    estimate_changed(teller.store)

    def die(*_given: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(deriving, "write_failing", die)
        with pytest.raises(SystemExit):
            derive_changed_failures(teller.store)
    FAILURES.forget()
    assert derive(teller) == 1
    assert set(load(teller)) == {"angry"}


def test_who_rejects_the_signals_takes_the_conversation_out(teller: Teller) -> None:
    tell(teller, "angry")
    derive(teller)
    reject(teller, "angry")
    assert derive(teller) == 1
    assert load(teller) == {}


def test_a_conversation_that_a_machine_leads_does_not_fail(teller: Teller) -> None:
    tell(teller, "angry")
    derive(teller)
    hear(teller, "angry", machine="probe")
    assert derive(teller) == 1
    assert load(teller) == {}


def test_a_conversation_that_is_gone_has_no_failing_turn(teller: Teller) -> None:
    tell(teller, "angry")
    derive(teller)
    write_hearings(teller.store, teller.project.pk, {}, ["angry"], time.time_ns() // 1000)
    teller.store.execute("TRUNCATE TABLE conversations")
    assert derive(teller) == 1
    assert load(teller) == {}


def test_a_turn_of_which_nothing_changed_is_left_alone(teller: Teller) -> None:
    tell(teller, "angry")
    derive(teller)
    before = load(teller)["angry"]
    hear(teller, "angry")
    assert derive(teller) == 1
    assert load(teller)["angry"].version == before.version


def test_a_turn_with_the_same_words_keeps_its_mode_and_is_not_embedded_again(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, "angry")
    derive(teller)
    before = load(teller)["angry"]
    move_conversations(teller.store, teller.project.pk, ["angry"], 7)
    teller.tell("angry", FAILING, user_id="angry", feedback=[teller.thumb("angry", 0, "down")])
    hear(teller, "angry")
    with monkeypatch.context() as patch:
        patch.setattr(deriving, "embed_cases", None)
        assert derive(teller) == 1
    after = load(teller)["angry"]
    assert "thumbs/down" in after.turn.signals
    assert "thumbs/down" not in before.turn.signals
    assert after.mode == 7
    assert np.array_equal(after.vector, before.vector)  # type: ignore[arg-type]


def test_a_turn_with_other_words_waits_for_a_mode_again(teller: Teller) -> None:
    tell(teller, "angry")
    derive(teller)
    before = load(teller)["angry"]
    move_conversations(teller.store, teller.project.pk, ["angry"], 7)
    tell(teller, "angry", ((QUESTION, "Pull the plug."), FAILING[1]))
    derive(teller)
    after = load(teller)["angry"]
    assert after.mode == 0
    assert not np.array_equal(after.vector, before.vector)  # type: ignore[arg-type]


def test_what_the_user_said_next_belongs_to_it_where_it_goes_on_from_this_answer() -> None:
    told, after = (Turn(index, text, make_answer(ANSWER, index, "a")) for index, text in enumerate((QUESTION, ANGRY)))
    turn = FailingTurn(0, "answer", ("correction",))
    edited = replace(after, follows=-1)
    found = [read_failure("a", turn, told, each, "u", None).case.reaction for each in (after, edited, None)]
    assert found == [ANGRY, "", ""]


def test_projects_are_told_apart(teller: Teller) -> None:
    other = Teller(Project.objects.create(slug="other", name="Other"), teller.store)
    tell(teller, "same")
    tell(other, "same", ((QUESTION, ANSWER), (ANGRY, "I am sorry."), ("No, still wrong! Useless!", "Oh.")))
    assert derive(teller) == 2
    own, others = (load_failing(teller.store, each.project.pk) for each in (teller, other))
    assert (len(own), len(others)) == (1, 1)
    reject(other, "same")
    derive(teller)
    assert set(load(teller)) == {"same"}
    assert load(other) == {}
