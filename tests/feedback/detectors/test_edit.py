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


@pytest.mark.parametrize(
    ("before", "score"), [("Dear customer", None), ("Dear client", 0.75), ("", 0.93), (7, 0.93), (None, 0.93)]
)
def test_what_stood_there_before_is_compared_where_the_page_tells_it(
    before: object, score: float | None, talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    metadata = {} if before is None else {"before": before}
    said = feedback("edit", span_id="span-1", correction="Dear customer", metadata=metadata)
    found = [
        signal.score for signal in DETECTOR.detect(Material(talk(("write it", "**Dear** Customer, yes.")), [said]))
    ]
    assert found == ([] if score is None else [pytest.approx(score, abs=0.1)])


def test_white_space_is_no_edit(talk: Callable[..., Conversation], feedback: Callable[..., Feedback]) -> None:
    said = feedback("edit", span_id="span-1", correction=ANSWER.replace(" ", "\n"))
    assert list(DETECTOR.detect(Material(talk(("write it", ANSWER)), [said]))) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_change_is_a_share_of_the_words(before: str, after: str) -> None:
    share = measure_change(before, after)
    assert 0 <= share <= 1
    assert (share == 0) == (before.split() == after.split())
