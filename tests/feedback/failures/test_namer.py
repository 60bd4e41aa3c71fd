"""A language model that names failure modes is asked with care, within the judge's budget, and has to prove itself."""

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from pytest_django import Settings

from feedback.embedding import load_encoder
from feedback.failure_modes.cases import SHARES
from feedback.failure_modes.clustering import Floats, normalise
from feedback.failures import namer, well_turns
from feedback.failures.describing import WAIT
from feedback.failures.namer import LEAST_HELD_OUT, MOST_SHOWN, read_names
from feedback.judging.cases import ReplyError
from feedback.judging.rounds import load_day
from feedback.models import FailureMode
from feedback.tunings import set_detector
from tests.feedback.failures import test_describing
from tests.feedback.failures.test_describing import LINKS, TABLES, describe, tell_failing
from tests.feedback.judging.conftest import Judge, judge
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

__all__ = ["judge"]

GOOD = {"dead": "Links in answers are dead", "table": "Tables come out broken and unreadable"}
SIZE = 2 * LEAST_HELD_OUT + 2


def complete(content: str) -> dict[str, Any]:
    usage = {"prompt_tokens": 500, "completion_tokens": 30}
    return {"choices": [{"message": {"role": "assistant", "content": content}}], "usage": usage}


def name_well(shown: dict[str, Any]) -> dict[str, Any]:
    told = json.dumps(shown["examples"])
    title = next(title for word, title in GOOD.items() if word in told)
    return complete(json.dumps({"title": title, "line": f"{title}, users say."}))


def draw(direction: int, count: int) -> Floats:
    """Vectors as the encoder would give them of what the users of mode 1 and of others said."""
    said = load_encoder().embed(LINKS if direction == 1 else TABLES)
    return normalise(np.hstack([said[np.arange(count) % 3]] * len(SHARES)))


@pytest.fixture
def teller(project: Project, store: Store, judge: Judge, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Teller:
    settings.NAMER, settings.JUDGE_URL, settings.JUDGE_MODEL = True, judge.url, "small-model"
    settings.JUDGE_KEY, settings.JUDGE_CALLS_A_DAY = SecretStr("key"), 10
    judge.reply = name_well
    monkeypatch.setattr(test_describing, "draw", draw)
    well_turns._kept.clear()
    return Teller(project, store)


def tell_two(teller: Teller, size: int = SIZE) -> None:
    tell_failing(teller, 1, size)
    tell_failing(teller, 2, size, TABLES)


def test_a_title_that_proves_itself_is_taken_with_its_sentence(teller: Teller, judge: Judge) -> None:
    tell_two(teller)
    first, second = describe(teller)
    assert first.found_title == "Complaint (factual) · Links in answers are dead"
    assert first.found_line.startswith("Links in answers are dead, users say. 12 of 24 failing conversations, ")
    assert second.found_title == "Complaint (factual) · Tables come out broken and unreadable"
    assert {first.namer, second.namer} == {"small-model"}
    today = load_day(teller.project.pk)
    assert (today.calls, today.input_tokens, today.output_tokens) == (2, 1_000, 60)
    assert judge.headers[0]["Authorization"] == "Bearer key"


def test_it_is_shown_words_and_at_most_half_of_a_mode_as_data(teller: Teller, judge: Judge) -> None:
    tell_two(teller, 40)
    describe(teller)
    system, user = judge.asked[0]["messages"]
    shown = json.loads(user["content"])
    assert system["content"] == namer.INSTRUCTIONS
    assert set(shown) == {"signal", "words", "other_modes", "examples"}
    assert (shown["signal"], len(shown["examples"])) == ("Complaint (factual)", MOST_SHOWN)
    assert set(shown["examples"][0]) == {"request", "answer", "next_message"}


@pytest.mark.parametrize(
    "reply",
    [
        '{"title": "Weather and holidays", "line": "x"}',
        '{"title": "Tables come out broken", "line": "x"}',
        '{"title": "<img src=x> dead links", "line": "x"}',
        '{"title": "", "line": "x"}',
        '{"title": null}',
        "[1]",
        "no",
    ],
)
def test_a_title_that_does_not_is_left_and_counted_words_stay(teller: Teller, judge: Judge, reply: str) -> None:
    judge.reply = lambda _shown: complete(reply)
    tell_two(teller)
    first = describe(teller)[0]
    assert "link" in first.found_title
    assert "Links in" not in first.found_title
    assert (first.namer, first.found_line.startswith("12 of 24 ")) == ("", True)


def test_replies_that_cannot_be_read_are_told_and_not_asked_for_again(teller: Teller, judge: Judge) -> None:
    judge.reply = lambda _shown: complete("no")
    tell_two(teller)
    describe(teller)
    describe(teller, WAIT)
    today = load_day(teller.project.pk)
    assert (today.calls, today.unreadable) == (2, 2)
    assert today.problem.startswith("A name in the model's reply could not be read")


def test_it_is_asked_again_when_a_mode_is_twice_as_large(teller: Teller, judge: Judge) -> None:
    tell_two(teller)
    describe(teller)
    tell_failing(teller, 1, 2 * SIZE - 1)
    after = describe(teller, timedelta(minutes=2))[0]
    assert (len(judge.asked), after.namer, after.description["count"]) == (2, "small-model", 23)
    tell_failing(teller, 1, 2 * SIZE)
    describe(teller, timedelta(hours=2))
    assert len(judge.asked) == 3


def test_the_budget_of_the_day_holds_for_names_too(teller: Teller, judge: Judge, settings: Settings) -> None:
    settings.JUDGE_CALLS_A_DAY = 1
    tell_two(teller)
    assert {each.namer for each in describe(teller)} == {"small-model", ""}
    describe(teller, WAIT)
    assert len(judge.asked) == 1
    settings.JUDGE_CALLS_A_DAY = 2
    assert {each.namer for each in describe(teller, WAIT)} == {"small-model"}


def test_an_endpoint_that_fails_rests_and_is_asked_later(teller: Teller, judge: Judge) -> None:
    judge.status = 500
    tell_two(teller)
    assert {each.namer for each in describe(teller)} == {""}
    today = load_day(teller.project.pk)
    assert (today.calls, today.problem) == (2, "The endpoint answered 500.")
    assert today.rests_until is not None
    describe(teller, WAIT)
    assert len(judge.asked) == 2
    today.rests_until = None
    today.save()
    judge.status = 200
    assert {each.namer for each in describe(teller, WAIT)} == {"small-model"}


def test_nobody_is_asked_where_it_is_off_or_nothing_could_be_proven(
    teller: Teller, judge: Judge, settings: Settings
) -> None:
    tell_failing(teller, 1, SIZE)
    describe(teller)
    tell_failing(teller, 2, 2 * LEAST_HELD_OUT - 1, TABLES)
    FailureMode.objects.filter(number=1).update(description={})
    set_detector(teller.project.pk, "judgement", is_on=False, threshold=None)
    describe(teller)
    set_detector(teller.project.pk, "judgement", is_on=True, threshold=None)
    settings.NAMER = False
    FailureMode.objects.filter(number=1).update(description={})
    describe(teller)
    assert judge.asked == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ('```json\n{"title": "Dead\u202e links\\u0000", "line": "All\\n dead."}\n```', ("Dead links", "All dead.")),
        ('{"title": "Dead links", "line": "see [here](https://x.example)"}', ("Dead links", "")),
        ('{"title": "Dead links"}', ("Dead links", "")),
    ],
)
def test_names_are_as_plain_as_counted_ones(reply: str, expected: tuple[str, str]) -> None:
    assert read_names(reply) == expected


def test_a_long_title_is_cut_and_a_link_is_none() -> None:
    assert len(read_names(json.dumps({"title": "dead " * 99, "line": "x " * 999}))[0]) <= 80
    with pytest.raises(ReplyError, match="its title"):
        read_names('{"title": "see www.evil.example"}')
