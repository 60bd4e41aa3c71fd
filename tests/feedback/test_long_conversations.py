"""Long conversations are listened to in parts, and opened in parts."""

import time
from dataclasses import replace

import pytest

from feedback import derivation
from feedback.derivation import derive_signals
from feedback.detectors import DETECTORS, detect_signals
from feedback.detectors.material import Material
from feedback.detectors.signal import Signal
from feedback.excerpts import load_heard_excerpt
from feedback.explicit import Feedback
from feedback.records import load_feedback, load_signals, write_feedback
from feedback.telling import keep_feedback, withdraw_feedback
from tests.pages.conftest import Teller
from tracing.conversations import Conversation
from tracing.models import Project
from tracing.records import write_conversations
from tracing.store import Store

SAID = ("How do I reset it?", "How can I reset it, please?", "That is useless, I hate it!", "Thanks, that is great!")


@pytest.fixture
def teller(project: Project, store: Store, monkeypatch: pytest.MonkeyPatch) -> Teller:
    monkeypatch.setattr(derivation, "PART_TURNS", 3)
    monkeypatch.setattr(derivation, "TURNS_BEFORE", 2)
    return Teller(project, store)


def tell(teller: Teller, turns: int, *feedback: Feedback) -> Conversation:
    said = [(SAID[index % 4], "I'm sorry, but I can't help with that.") for index in range(turns)]
    written = teller.tell("long", said)
    write_feedback(teller.store, feedback, teller.now_ns // 1000)
    derive_signals(teller.store, [(teller.project.pk, "long")])
    return written


def list_written(teller: Teller) -> list[Signal]:
    return load_signals(teller.store, teller.project.pk, ["long"])["long"]


def listen_whole(teller: Teller, conversation: Conversation) -> list[Signal]:
    feedback = load_feedback(teller.store, teller.project.pk, conversation)
    heard = detect_signals(Material(conversation, feedback, now_ns=time.time_ns()))
    found = [each for each in heard if each.kind != "sentiment_shift"]  # which is told of what is heard whole alone
    return sorted(found, key=lambda each: (each.turn_index, not each.fired, each.kind, each.label, each.span_id))


def say_of_conversation(teller: Teller, conversation: Conversation, turn: int) -> Feedback:
    """A thumb on the conversation, just after a turn's answer began."""
    time_ns = conversation.turns[turn].answer.start_time_ns + 1
    return Feedback(teller.project.pk, f"of-{turn}", "thumbs", time_ns, label="down", conversation_id="long")


def test_parts_give_the_signals_of_the_whole(teller: Teller) -> None:
    conversation = tell(teller, 11, teller.thumb("long", 4, "down"))
    assert list_written(teller) == listen_whole(teller, conversation)
    assert {each.kind for each in list_written(teller)} >= {"sentiment", "refusal", "rephrase", "thumbs"}


@pytest.mark.parametrize("turn", [0, 2, 3, 7, 10])
def test_feedback_that_comes_later_is_heard_in_its_part(teller: Teller, turn: int) -> None:
    conversation = tell(teller, 11)
    thumbs = [say_of_conversation(teller, conversation, turn), teller.thumb("long", (turn + 5) % 11, "up")]
    for each in thumbs:
        write_feedback(teller.store, [each], teller.now_ns // 1000 + 10**9)
        derive_signals(teller.store, [(teller.project.pk, "long")])
    assert list_written(teller) == listen_whole(teller, conversation)
    assert {each.target for each in list_written(teller) if each.kind == "thumbs"} == {turn, (turn + 5) % 11}


@pytest.mark.parametrize("target", ["span_id", "trace_id"])
def test_feedback_is_heard_in_a_part_and_gone_from_it_when_it_is_withdrawn(teller: Teller, target: str) -> None:
    conversation = tell(teller, 11)
    answer = conversation.turns[7].answer
    thumb = Feedback(teller.project.pk, "t", "thumbs", teller.now_ns, label="down", **{target: getattr(answer, target)})
    for told in (True, False):
        if told:
            keep_feedback(teller.project.pk, [thumb])
        else:
            withdraw_feedback(teller.project.pk, "t")
        derive_signals(teller.store, [(teller.project.pk, "long")])
        assert list_written(teller) == listen_whole(teller, conversation)
        assert [each.target for each in list_written(teller) if each.kind == "thumbs"] == ([7] if told else [])


def test_an_excerpt_has_feedback_on_its_own_model_calls_alone(teller: Teller) -> None:
    conversation = tell(teller, 11)
    thumbs = [
        Feedback(teller.project.pk, f"t-{turn.index}", "thumbs", teller.now_ns, label="up", span_id=turn.answer.span_id)
        for turn in conversation.turns
    ]
    keep_feedback(teller.project.pk, thumbs)
    heard = load_heard_excerpt(teller.store, teller.project.pk, "long", 3, 3)
    assert heard is not None
    assert {each.identifier for each in heard.feedback} == {"t-3", "t-4", "t-5"}


def test_only_parts_that_changed_are_listened_to(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = tell(teller, 11)
    heard: list[list[int]] = []

    def listen(material: Material) -> list[Signal]:
        heard.append([turn.index for turn in material.conversation.turns])
        return detect_signals(material)

    monkeypatch.setattr(derivation, "detect_signals", listen)
    derive_signals(teller.store, [(teller.project.pk, "long")])
    assert heard == []
    changed = replace(conversation.turns[7], user_text="Another question altogether?")
    after = replace(conversation, turns=(*conversation.turns[:7], changed, *conversation.turns[8:]))
    version = teller.now_ns // 1000 + 10**9
    write_conversations(teller.store, [after], previous={(teller.project.pk, "long"): conversation}, version=version)
    derive_signals(teller.store, [(teller.project.pk, "long")])
    assert heard == [[4, 5, 6, 7, 8]]


def test_another_version_of_a_detector_listens_to_all_parts_again(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, 7)
    heard: list[int] = []

    def listen(material: Material) -> list[Signal]:
        heard.append(len(material.conversation.turns))
        return []

    monkeypatch.setattr(derivation, "DETECTORS", DETECTORS[1:])
    monkeypatch.setattr(derivation, "detect_signals", listen)
    derive_signals(teller.store, [(teller.project.pk, "long")])
    assert len(heard) == 3


def test_a_conversation_that_lost_turns_loses_their_signals(teller: Teller) -> None:
    tell(teller, 11)
    conversation = tell(teller, 5)
    stored = load_signals(teller.store, teller.project.pk, ["long"])["long"]
    assert max(each.turn_index for each in stored) <= len(conversation.turns) - 1


def test_an_excerpt_has_what_was_said_about_its_own_answers(teller: Teller) -> None:
    conversation = tell(teller, 11)
    write_feedback(
        teller.store, [say_of_conversation(teller, conversation, turn) for turn in (2, 3, 5, 6)], teller.now_ns // 1000
    )
    heard = load_heard_excerpt(teller.store, teller.project.pk, "long", 3, 3)
    assert heard is not None
    assert [turn.index for turn in heard.excerpt.conversation.turns] == [3, 4, 5]
    assert [each.identifier for each in heard.feedback] == ["of-3", "of-5"]
    assert {each.turn_index for each in heard.signals} <= {3, 4, 5}
    assert heard.excerpt.facts.turn_count == 11
