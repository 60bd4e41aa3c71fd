"""The more of an answer was changed, the more an edit says against it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.detectors.edit import DETECTOR, measure_change
from feedback.detectors.material import Material
from feedback.explicit import Feedback
from tracing.conversations import Conversation

ANSWER = "Dear customer, your parcel arrives on Monday."


@pytest.mark.parametrize(
    ("edited", "score"),
    [("Dear customer, your parcel arrives on Tuesday.", 0.57), ("Nope.", 1.0), ("", 0.7)],
)
def test_an_edit_counts_by_what_was_changed(
    edited: str, score: float, talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    said = feedback("edit", span_id="span-1", correction=edited)
    (signal,) = DETECTOR.detect(Material(talk(("write it", ANSWER)), [said]))
    assert signal.score == pytest.approx(score, abs=0.01)
    assert signal.polarity == -1


def test_white_space_is_no_edit(talk: Callable[..., Conversation], feedback: Callable[..., Feedback]) -> None:
    said = feedback("edit", span_id="span-1", correction=ANSWER.replace(" ", "\n"))
    assert list(DETECTOR.detect(Material(talk(("write it", ANSWER)), [said]))) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_change_is_a_share_of_the_words(before: str, after: str) -> None:
    share = measure_change(before, after)
    assert 0 <= share <= 1
    assert (share == 0) == (before.split() == after.split())
