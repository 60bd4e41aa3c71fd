"""Whether there are enough rows, and what is to be done where there are not."""

from collections import Counter
from typing import Any

import pytest

from feedback.datasets.definition import Definition
from feedback.datasets.inspecting.sufficiency import MOST_STEPS, REMEDIES, judge_rows
from feedback.datasets.record import Reason
from tests.feedback.datasets.outlining import make_rows

NOTHING: Counter[Reason] = Counter()


def judge(kind: str = "praised", good: int = 0, bad: int = 0, **more: Any) -> dict[str, Any]:
    label: tuple[bool | None, bool | None] = (True, False) if kind == "ratings" else (None, None)
    outlines = make_rows({"label": label[0]}) * good + make_rows({"label": label[1]}) * bad
    definition = Definition("trl-kto", **more.pop("asked", {}))
    return judge_rows(kind, outlines, more.pop("dropped", NOTHING), more.pop("unsure", {}), definition)


def test_fifty_rows_are_enough_and_nothing_is_to_be_done() -> None:
    told = judge(good=50, dropped=Counter({Reason.NOT_PRAISED: 9}))
    assert told == {
        "rows": 50,
        "needed": 50,
        "words": "50 good answers. A gain usually shows from 50 to 100 on.",
        "steps": [],
    }


def test_of_good_and_bad_answers_the_rarer_counts() -> None:
    told = judge("ratings", good=90, bad=20)
    assert (told["rows"], told["needed"]) == (20, 25)
    assert told["words"].endswith("with 25 of each: 5 more bad to go.")
    assert judge("ratings", good=25, bad=25)["steps"] == []


def test_what_is_missing_is_said() -> None:
    told = judge("pairs", good=1, dropped=Counter({Reason.MACHINE_RETRY: 1_200}))
    assert told["words"] == "1 pair. A gain usually shows from 50 to 100 on: 49 more to go."
    assert told["steps"][0].startswith("Let people ask again")
    assert told["steps"][1].startswith("1,200 answers were replaced without a sign")


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (3, "Up to 3 more rows would come with confidence 0.75."),
        (12, "Up to 12 more rows would come with confidence 0.6."),
        (40, "Up to 13 more rows would come with confidence 0.5."),
    ],
)
def test_rows_that_are_nearly_sure_enough_are_told_with_the_bound_that_lets_them_in(missing: int, words: str) -> None:
    unsure = {"0.79": 3, "0.61": 9, "0.52": 1, "0.31": 7}
    assert words in judge(good=50 - missing, unsure=unsure, asked={"confidence": 0.8})["steps"]


def test_where_gold_is_asked_for_silver_would_bring_more() -> None:
    told = judge(unsure={"0.70": 1, "0.40": 5}, asked={"tier": "gold", "confidence": 0.5})
    assert "Up to 1 more row would come with silver labels, of behaviour alone." in told["steps"]


def test_every_remedy_can_be_told_and_a_few_are() -> None:
    for reason in REMEDIES:
        assert any("7" in step for step in judge(dropped=Counter({reason: 7}))["steps"])
    assert len(judge(dropped=Counter(dict.fromkeys(REMEDIES, 3)))["steps"]) <= MOST_STEPS + 1
