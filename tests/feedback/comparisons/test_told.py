"""Comparisons as they are told over REST: what is taken, what is refused and why."""

from datetime import UTC, datetime
from typing import Any

import pytest

from feedback.comparisons.comparison import read_comparison
from feedback.explicit import Feedback
from feedback.told import NotToldError, limit_to_browser, read_item

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
IDS = {"a": {"message_id": "m-1"}, "b": {"message_id": "m-2"}}
NAMES = {"a": {"model": "x"}, "b": {"model": "y"}}


def tell(**fields: Any) -> Feedback:
    told = read_item({"name": "comparison", "label": "a", **fields}, 1, NOW)
    assert isinstance(told, Feedback)
    return told


def test_answers_that_are_named_need_no_other_target() -> None:
    assert read_comparison(tell(metadata=IDS)).b.message_id == "m-2"


@pytest.mark.parametrize("fields", [{"conversation_id": "c"}, {"identifier": "i"}, {"time": "2026-11-21T08:15:30Z"}])
def test_names_alone_need_something_that_tells_two_alike_apart(fields: dict[str, Any]) -> None:
    assert tell(metadata=NAMES, **fields).label == "a"
    with pytest.raises(NotToldError, match="send an `identifier`"):
        tell(metadata=NAMES)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"label": "up", "metadata": IDS}, "`label`: 'up' is no outcome"),
        ({"metadata": {"a": IDS["a"]}}, "`metadata.b`: say what B is"),
        ({}, "`metadata.a`: say what A is"),
        ({"metadata": {**IDS, "shown": ["a", "a"]}}, "`metadata.shown`: send"),
    ],
)
def test_what_cannot_be_counted_is_refused(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotToldError) as error:
        tell(conversation_id="c", **fields)
    assert str(error.value).startswith(reason)


def test_a_key_of_browsers_tells_what_people_chose() -> None:
    assert limit_to_browser(tell(metadata=IDS), NOW).identifier.startswith("browser:")
    with pytest.raises(NotToldError):
        limit_to_browser(tell(metadata=IDS, annotator_kind="LLM"), NOW)


def test_the_same_choice_by_another_order_is_another_comparison() -> None:
    one, other = (tell(metadata={**IDS, "shown": shown}).identifier for shown in (["a", "b"], ["b", "a"]))
    assert one != other
