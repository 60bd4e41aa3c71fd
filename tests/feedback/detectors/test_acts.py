"""Acts that need no words: one signal an answer, for or against, by people alone."""

from collections.abc import Callable

import pytest

from feedback.detectors import accept, copy, delete, rename, share
from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.explicit import Feedback
from tracing.conversations import Conversation

MEANING = {accept.DETECTOR: 1, copy.DETECTOR: 1, share.DETECTOR: 1, rename.DETECTOR: 1, delete.DETECTOR: -1}


@pytest.mark.parametrize(("detector", "polarity"), MEANING.items(), ids=lambda each: getattr(each, "kind", each))
def test_an_act_is_one_signal_about_its_answer(
    detector: Detector, polarity: int, talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    acts = [feedback(detector.kind, identifier=str(number), trace_id="trace-1") for number in range(3)]
    (signal,) = detector.detect(Material(talk(("a", "1"), ("b", "2")), acts))
    assert (signal.kind, signal.target, signal.polarity, signal.fired) == (detector.kind, 0, polarity, True)


@pytest.mark.parametrize("detector", MEANING, ids=lambda each: each.kind)
def test_other_acts_and_acts_of_programs_are_none(
    detector: Detector, talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    others = [feedback(each.kind, span_id="span-1") for each in MEANING if each is not detector]
    by_program = feedback(detector.kind, span_id="span-1", annotator_kind="CODE")
    assert list(detector.detect(Material(talk(("a", "1")), [*others, by_program]))) == []


def test_what_is_done_with_the_conversation_is_about_its_last_answer(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    said = feedback("delete", conversation_id="c1", time_ns=2**62)
    assert [each.target for each in delete.DETECTOR.detect(Material(talk(("a", "1"), ("b", "2")), [said]))] == [1]
