"""What detectors say of turns whose texts are not kept: nothing that needs words, and nothing of before is lost."""

from collections.abc import Callable
from dataclasses import replace

from feedback.detectors import NEEDED, detect_signals, stays
from feedback.detectors.material import Material
from feedback.detectors.texts import Texts
from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation, Turn
from tracing.texts.stand_ins import stand_in

Talk = Callable[..., Conversation]
WORDY = {kind for kind, texts in NEEDED.items() if texts in (Texts.TURN, Texts.CONVERSATION)}


def hide(conversation: Conversation, *indexes: int) -> Conversation:
    turns = (hide_turn(turn) if turn.index in indexes else turn for turn in conversation.turns)
    return replace(conversation, turns=tuple(turns))


def hide_turn(turn: Turn) -> Turn:
    def hide_answer(answer: Answer) -> Answer:
        return replace(answer, text=stand_in(answer.text, b"secret"))

    return replace(
        turn,
        user_text=stand_in(turn.user_text, b"secret"),
        answer=hide_answer(turn.answer),
        alternatives=tuple(map(hide_answer, turn.alternatives)),
    )


def tell(conversation: Conversation, *feedback: Feedback) -> set[tuple[int, str]]:
    signals = detect_signals(Material(conversation, feedback))
    return {(each.turn_index, each.kind) for each in signals if each.fired}


def angry(talk: Talk) -> Conversation:
    return talk(
        ("How do I cancel my order?", "I'm sorry, but I can't help with that.", "You can cancel it under Orders."),
        ("No, that's wrong, I meant my subscription!", "I apologise. It is under Account."),
        ("Thanks, that is perfect", "You are welcome."),
    )


def test_without_texts_nothing_is_heard_that_needs_words(talk: Talk) -> None:
    kept = tell(angry(talk))
    lost = tell(hide(angry(talk), 0, 1, 2))
    assert {kind for _, kind in kept} & WORDY
    assert {kind for _, kind in lost} & WORDY == set()
    assert lost == {(turn, kind) for turn, kind in kept if kind not in WORDY}
    assert (0, "regeneration") in lost


def test_turns_whose_texts_are_there_are_heard_after_others_are_gone(talk: Talk) -> None:
    kept, lost = tell(angry(talk)), tell(hide(angry(talk), 0))
    assert (2, "praise") in lost
    assert {each for each in lost if each[0] == 2} == {each for each in kept if each[0] == 2}


def test_actions_and_comments_are_heard_without_their_words(talk: Talk, feedback: Callable[..., Feedback]) -> None:
    told = [
        feedback("thumbs", label="down", trace_id="trace-1", identifier="1"),
        feedback("comment", explanation=stand_in("awful", b"secret"), trace_id="trace-1", identifier="2"),
        feedback("edit", correction=stand_in("better", b"secret"), trace_id="trace-1", identifier="3"),
    ]
    assert {(0, "thumbs"), (0, "comment"), (0, "edit")} <= tell(hide(talk(("Hello", "Hi")), 0), *told)


def test_what_was_heard_stays_when_the_words_go(talk: Talk) -> None:
    gone = hide(angry(talk), 0, 1)
    assert stays("correction", 1, gone)
    assert not stays("correction", 2, gone)
    assert stays("unsupported", 2, gone)
    assert not stays("thumbs", 1, gone)
    assert not stays("abandonment", 1, gone)
    assert stays("abandonment", 2, hide(angry(talk), 0, 1, 2))
    assert not stays("correction", 1, angry(talk))


def test_the_same_words_sent_twice_are_still_one_retry(talk: Talk) -> None:
    failed = Answer("trace-1", "span-1", "", "error", "", 0, 0)
    conversation = hide(talk(("Where is my order?", failed), ("Where is my order?", "On its way.")), 0, 1)
    assert {kind for _, kind in tell(conversation)} == {"error"}
