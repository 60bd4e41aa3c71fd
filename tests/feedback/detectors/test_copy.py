from collections.abc import Callable

from feedback.detectors.copy import detect
from feedback.detectors.material import Material
from feedback.explicit import Feedback
from tracing.conversations import Conversation


def test_a_copied_answer_was_of_use(talk: Callable[..., Conversation], feedback: Callable[..., Feedback]) -> None:
    (signal,) = detect(Material(talk(("a", "1"), ("b", "2")), [feedback("copy", trace_id="trace-1")]))
    assert (signal.target, signal.polarity, signal.fired) == (0, 1, True)


def test_copying_the_same_answer_again_adds_nothing(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    copies = [feedback("copy", identifier=str(number), span_id="span-1") for number in range(3)]
    assert len(list(detect(Material(talk(("a", "1")), copies)))) == 1


def test_other_actions_are_not_copies(talk: Callable[..., Conversation], feedback: Callable[..., Feedback]) -> None:
    assert list(detect(Material(talk(("a", "1")), [feedback("share", span_id="span-1")]))) == []
