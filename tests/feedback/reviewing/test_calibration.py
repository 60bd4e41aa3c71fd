"""Reviews of whole conversations are learnt from soon, and what they did to P(dissatisfied) is kept with the fit."""

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest

from feedback.detectors.verdict import Verdict
from feedback.models import SatisfactionFit
from feedback.pages.review_calibration import view_calibration, write_sentence
from feedback.records import Hearing, write_hearings
from feedback.review.calibration import FEWEST
from feedback.reviewing.calibration import load_calibration, load_estimate_effects
from feedback.satisfaction_fits import FEWEST_REVIEWS, fit_project, forget_fits, is_due
from feedback.satisfaction_records import load_known_of
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

ANGRY = (("How do I reset it?", "Hold the button."), ("No, that is wrong. This is awful!", "I am sorry."))
GLAD = (("How do I reset it?", "Hold the button."), ("Perfect, thank you so much!", "You are welcome."))
COUNT = 40


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_fits()


@pytest.fixture
def names(teller: Teller) -> list[str]:
    """Conversations that were listened to, every third of them angry."""
    found = [f"c-{number}" for number in range(COUNT)]
    with teller.together():
        for number, name in enumerate(found):
            teller.tell(name, ANGRY if number % 3 == 0 else GLAD, user_id=name)
    hearing = Hearing("test", Verdict("", 1.0, "so it said"))
    write_hearings(teller.store, teller.project.pk, dict.fromkeys(found, hearing), [], time.time_ns() // 1000)
    return found


def settle(teller: Teller, names: list[str], choice: str = "dissatisfied", **changes: object) -> None:
    """Reviewers are of one mind, and each says so in a label."""
    now_us = time.time_ns() // 1000
    for name in names:
        row = {
            "project_id": teller.project.pk,
            "question": "outcome",
            "conversation_id": name,
            "queue": 1,
            "choices": [choice],
            "said_by": ["anna"],
            "reason": "random",
            "propensity": 0.5,
            "version": now_us,
        }
        teller.store.insert("settled_reviews", {key: [value] for key, value in (row | changes).items()})
    if choice != "cannot_tell":
        say(teller, names, choice)


def say(teller: Teller, names: list[str], verdict: str, said_by: str = "anna") -> None:
    columns: dict[str, Sequence[object]] = {
        "project_id": [teller.project.pk] * len(names),
        "conversation_id": names,
        "kind": ["outcome"] * len(names),
        "verdict": [verdict] * len(names),
        "said_by": [said_by] * len(names),
        "version": [time.time_ns() // 1000] * len(names),
    }
    teller.store.insert("labels", columns)


def age_fit(teller: Teller, **changes: object) -> None:
    fit = SatisfactionFit.objects.get(project=teller.project)
    SatisfactionFit.objects.filter(pk=fit.pk).update(fitted_at=fit.fitted_at - timedelta(minutes=15), **changes)


def test_a_fit_keeps_what_reviews_did_to_it(teller: Teller, names: list[str]) -> None:
    settle(teller, names[: FEWEST + 10])
    fit_project(teller.store, teller.project.pk)
    found = load_calibration(teller.project.pk)
    assert found
    assert (found.conversations, found.controls, found.share) == (FEWEST + 10, FEWEST + 10, 1.0)
    assert found.effective == pytest.approx(FEWEST + 10)
    assert found.is_better  # all are dissatisfied, whatever their words say
    assert found.after.mean > found.before.mean
    assert write_sentence(found) == "Reviews made it truer, by more than chance."
    effects = load_estimate_effects(teller.store, teller.project.pk)
    assert effects.view == view_calibration(found)
    assert sum(dot.bin.count for dot in effects.view.drawn[1].dots) == FEWEST + 10


def test_too_few_reviews_say_how_many_are_missing(teller: Teller, names: list[str]) -> None:
    settle(teller, names[: FEWEST - 3])
    settle(teller, names[FEWEST:], "cannot_tell")
    fit_project(teller.store, teller.project.pk)
    assert load_calibration(teller.project.pk) is None
    effects = load_estimate_effects(teller.store, teller.project.pk)
    assert (effects.view, effects.settled, effects.missing) == (None, FEWEST - 3, 3)


def test_what_was_said_outside_of_queues_is_learnt_from_but_judges_nothing(teller: Teller, names: list[str]) -> None:
    say(teller, names, "dissatisfied")
    fit_project(teller.store, teller.project.pk)
    fit = SatisfactionFit.objects.get(project=teller.project)
    assert (fit.reviews, fit.reviewed) == (COUNT, None)


def test_few_reviews_beside_many_thumbs_are_learnt_from_soon(teller: Teller, names: list[str]) -> None:
    fit_project(teller.store, teller.project.pk)
    age_fit(teller, conversations=50_000, verdicts=5_000)
    settle(teller, names[: FEWEST_REVIEWS - 1])
    fit = SatisfactionFit.objects.get(project=teller.project)
    assert fit.reviews == 0
    assert not is_due(teller.store, teller.project.pk)
    settle(teller, names[: FEWEST_REVIEWS + 1])
    assert is_due(teller.store, teller.project.pk)


def test_what_most_reviewers_say_counts_once(teller: Teller, names: list[str]) -> None:
    say(teller, names[:1], "dissatisfied", "anna")
    say(teller, names[:1], "dissatisfied", "bo")
    say(teller, names[:2], "satisfied", "cy")
    say(teller, names[1:2], "dissatisfied", "bo")
    told = load_known_of(teller.store, teller.project.pk, names[:2]).verdicts
    assert [(each.conversation_id, each.is_dissatisfied, each.source) for each in told] == [("c-0", True, "review")]
