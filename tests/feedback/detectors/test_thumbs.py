import math
from collections.abc import Callable

import pytest

from feedback.detectors.material import Material
from feedback.detectors.thumbs import detect
from feedback.explicit import Feedback
from tracing.conversations import Conversation


@pytest.mark.parametrize(
    ("said", "label", "polarity"),
    [
        ({"label": "up"}, "up", 1),
        ({"label": " Down "}, "down", -1),
        ({"score": 1}, "up", 1),
        ({"score": 0}, "down", -1),
        ({"score": -1}, "down", -1),
        ({"label": "down", "score": 1}, "down", -1),
    ],
)
def test_a_thumb_is_read_from_its_label_else_its_score(
    talk: Callable[..., Conversation],
    feedback: Callable[..., Feedback],
    said: dict[str, str | float],
    label: str,
    polarity: int,
) -> None:
    (signal,) = detect(Material(talk(("a", "1"), ("b", "2")), [feedback("thumbs", span_id="span-1", **said)]))
    assert (signal.label, signal.polarity, signal.target) == (label, polarity, 0)
    assert (signal.score, signal.confidence, signal.fired) == (1.0, 1.0, True)


@pytest.mark.parametrize("said", [{}, {"label": "sideways"}, {"score": math.nan}])
def test_a_thumb_that_points_nowhere_is_none(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback], said: dict[str, str | float]
) -> None:
    assert list(detect(Material(talk(("a", "1")), [feedback("thumbs", span_id="span-1", **said)]))) == []


def test_a_rating_is_not_a_thumb(talk: Callable[..., Conversation], feedback: Callable[..., Feedback]) -> None:
    assert list(detect(Material(talk(("a", "1")), [feedback("rating", span_id="span-1", score=1)]))) == []


def test_who_changes_their_mind_has_one_thumb(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    up = feedback("thumbs", identifier="1", span_id="span-1", label="up", time_ns=1)
    down = feedback("thumbs", identifier="2", span_id="span-1", label="down", time_ns=2)
    assert [s.label for s in detect(Material(talk(("a", "1")), [up, down]))] == ["down"]


@pytest.mark.parametrize(("metadata", "numbers"), [({}, {}), ({"ask_id": ""}, {}), ({"ask_id": "q"}, {"asked": 1.0})])
def test_a_thumb_tells_whether_the_user_was_asked(
    talk: Callable[..., Conversation],
    feedback: Callable[..., Feedback],
    metadata: dict[str, str],
    numbers: dict[str, float],
) -> None:
    thumb = feedback("thumbs", span_id="span-1", label="up", metadata=metadata)
    (signal,) = detect(Material(talk(("a", "1")), [thumb]))
    assert dict(signal.evidence.numbers) == numbers
    assert signal.evidence.reason.endswith("having been asked") == bool(numbers)
