"""The same again and again, against polling, paging and trying once more."""

import pytest

from feedback.detectors.agent_loop import DETECTOR
from tests.feedback.detectors.agents import Step, act

A, B = Step("a", name="search"), Step("b", name="read")
FAILED = Step({"error": "no"})


@pytest.mark.parametrize("steps", [[A] * 3, [FAILED] * 3, [A, B, A, B, A, B], [A, B, B, A, A]])
def test_repeating_oneself_is_a_loop(steps: list[Step]) -> None:
    (signal,) = DETECTOR.detect(act(*steps))
    assert (signal.fired, signal.polarity) == (True, -1)


@pytest.mark.parametrize(
    "steps",
    [
        [A],
        [A, A],
        [A, B, A, B],
        [FAILED, FAILED],
        [FAILED, Step("sent")],
        [Step(f"{number} %", name="progress") for number in range(6)],
        [A, B, A, Step("c", name="write"), A],
        [Step("2", name="left"), A, Step("1", name="left"), A, Step("0", name="left"), A],
        [Step("a page", name="search", arguments={"page": number}) for number in range(6)],
    ],
)
def test_polling_paging_and_trying_again_are_none(steps: list[Step]) -> None:
    assert list(DETECTOR.detect(act(*steps))) == []
