"""What holds of every detector, whatever the conversation."""

import math
from collections.abc import Callable, Iterator
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.detectors import DETECTORS, Detector, Signal, detect_signals
from feedback.detectors.material import Material
from feedback.explicit import Feedback
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Outcome

TEXT_KINDS = {"rephrase", "sentiment"}

WORDS = """
how cancel subscription NOW `code` ``` > “ " I said thanks awful no but can't help 😭 你好 rephrase ? ; |
"""
words = st.sampled_from(WORDS.split())
texts = st.one_of(
    st.lists(words, max_size=25).map(" ".join),
    st.text(alphabet=st.characters(), max_size=80),
    st.sampled_from(["", "\n" * 50, "I'm sorry, but I can't help with that.", "a" * 20_000, ";" * 500]),
)
ids = st.sampled_from(["", "1", "2", "3"])
times = st.one_of(st.just(0), st.integers(min_value=-(2**62), max_value=2**62))
answers = st.builds(
    Answer,
    trace_id=ids,
    span_id=ids,
    text=texts,
    outcome=st.sampled_from(get_args(Outcome)),
    ended_by=st.sampled_from(["", "client", "app_code", "timeout", "shutdown", "unknown"]),
    start_time_ns=times,
    duration_ns=times,
    error_type=texts,
    message_id=ids,
)
exchanges = st.tuples(texts, st.lists(answers, min_size=1, max_size=3))
feedbacks = st.builds(
    Feedback,
    project_id=st.just(1),
    identifier=ids,
    name=st.sampled_from(
        ["thumbs", "copy", "regenerate", "stop", "rating", "edit", "comment", "correction", "share", "delete"]
    ),
    time_ns=times,
    score=st.none() | st.floats(),
    label=st.sampled_from(["", "up", "down", "x"]),
    explanation=texts,
    correction=texts,
    metadata=st.fixed_dictionaries({"min": st.floats() | texts, "max": st.integers() | st.floats()}) | st.just({}),
    annotator_kind=st.sampled_from(["HUMAN", "LLM", "CODE"]),
    conversation_id=st.sampled_from(["", "c", "d"]),
    trace_id=ids,
    span_id=ids,
    message_id=ids,
)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    given_ = draw(st.lists(exchanges, max_size=4))
    turns = tuple(Turn(n, text, made[-1], tuple(made[:-1])) for n, (text, made) in enumerate(given_))
    return Conversation(1, "c", turns)


@settings(max_examples=200, deadline=None)
@given(conversations(), st.lists(feedbacks, max_size=5))
def test_any_conversation_gives_sound_signals(conversation: Conversation, feedback: list[Feedback]) -> None:
    signals = [signal for detector in DETECTORS for signal in detector.detect(Material(conversation, feedback))]
    for signal in signals:
        assert 0 <= signal.score <= 1
        assert 0 <= signal.confidence <= 1
        assert all(math.isfinite(number) for number in signal.evidence.numbers.values())
        assert signal.evidence.reason
        assert signal.target is not None
        turn = conversation.turns[signal.target]
        about = [each for each in turn.answers if (each.trace_id, each.span_id) == (signal.trace_id, signal.span_id)]
        assert about
        if signal.evidence.text == "user":
            longest = len(conversation.turns[signal.turn_index].user_text)
        else:
            longest = max(len(each.text) for each in about)
        assert all(0 <= start < end <= longest for start, end in signal.evidence.offsets)
    assert signals == detect_signals(Material(conversation, feedback))


@settings(max_examples=50, deadline=None)
@given(conversations())
def test_text_signals_stand_after_the_first_message_and_look_back(conversation: Conversation) -> None:
    for signal in detect_signals(Material(conversation)):
        if signal.kind in TEXT_KINDS:
            assert signal.turn_index >= 1
            assert signal.target == signal.turn_index - 1


def test_each_detector_is_listed_under_its_own_kind(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], feedback: Callable[..., Feedback]
) -> None:
    conversation = talk(
        ("how do I cancel my subscription?", "I'm sorry, I can't help with that.", "Hm."),
        ("How can I cancel the subscription?", answer("", outcome="error")),
        ("and?", answer("We", outcome="stopped", ended_by="client")),
        ("the whole", answer("It is", outcome="truncated")),
    )
    said = {"label": "up", "score": 1, "explanation": "well done", "correction": "Press the button."}
    names = ("thumbs", "rating", "comment", "correction", "copy", "edit", "accept", "share", "rename", "delete")
    acts = [feedback(name, span_id="span-2", **said) for name in names]
    given_kinds = {d.kind: {signal.kind for signal in d.detect(Material(conversation, acts))} for d in DETECTORS}
    assert all(kinds <= {kind} for kind, kinds in given_kinds.items())
    assert sum(map(len, given_kinds.values())) > 10
    assert len({detector.kind for detector in DETECTORS}) == len(DETECTORS)
    assert all(detector.title and detector.what.endswith(".") for detector in DETECTORS)


def test_a_detector_that_raises_loses_only_its_own_signals(
    talk: Callable[..., Conversation], answer: Callable[..., Answer], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(material: Material) -> Iterator[Signal]:
        raise ValueError("no idea")
        yield

    broken = Detector("broken", "1", "Broken", "Raises.", fail)
    conversation = talk(("why", answer("", outcome="error")))
    signals = detect_signals(Material(conversation), (broken, *DETECTORS))
    assert [signal.kind for signal in signals] == ["error"]
    assert "broken" in caplog.text
    assert "'c1'" in caplog.text


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.kind)
def test_every_signal_says_who_made_it(
    detector: Detector, talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    conversation = talk(("how do I cancel my subscription?", "a", "b"), ("how can I cancel the subscription?", "c"))
    for signal in detector.detect(Material(conversation, [feedback("thumbs", span_id="span-1", label="up")])):
        assert (signal.detector, signal.version) == (detector.kind, detector.version)
