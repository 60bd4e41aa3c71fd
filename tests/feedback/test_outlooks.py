"""What a decision whether to ask rests on: kept where it was estimated, else read from the store."""

import time
from typing import cast

import pytest

from feedback.asking import Outlook
from feedback.detectors.verdict import Verdict
from feedback.estimating import ESTIMATES, ESTIMATING_AGAIN, estimate_changed
from feedback.outlooks import OUTLOOKS, Outlooks, find_outlook, keep_outlooks
from feedback.records import Hearing, write_hearings
from feedback.satisfaction import Interval
from feedback.satisfaction_fits import forget_fits
from feedback.satisfaction_records import Estimate
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

ESTIMATE = Estimate(Interval(0.4, 0.1, 0.9), (), True, "test", 3, 0.8, True)
KEPT = Outlook(3, Interval(0.4, 0.1, 0.9), 0.8, True)


class Deaf:
    """A store that nothing may be asked of."""

    def __init__(self, dsn: str = "chdb:///nowhere") -> None:
        self.dsn = dsn


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    ESTIMATING_AGAIN.forget_done()
    forget_fits()
    ESTIMATES.forget()
    return Teller(project, store)


def estimate(teller: Teller, name: str, *turns: tuple[str, str], machine: str = "") -> None:
    teller.tell(name, turns)
    hearing = Hearing("test", Verdict(machine, 1.0, "so it said"))
    write_hearings(teller.store, teller.project.pk, {name: hearing}, [], time.time_ns() // 1000)
    assert estimate_changed(teller.store) == 1


def test_what_was_estimated_here_is_known_without_asking_the_store(teller: Teller) -> None:
    estimate(teller, "c", ("How?", "So."), ("No, that is wrong!", "Sorry."))
    known = find_outlook(cast(Store, Deaf()), teller.project.pk, "c")
    assert known.turns == 2
    assert known.high_unpraised > Outlook().high_unpraised


def test_a_process_that_did_not_estimate_it_reads_the_same(teller: Teller) -> None:
    estimate(teller, "c", ("How?", "So."), ("No, that is wrong!", "Sorry."))
    kept = find_outlook(teller.store, teller.project.pk, "c")
    OUTLOOKS.forget()
    assert find_outlook(teller.store, teller.project.pk, "c") == kept


def test_a_turn_in_which_nothing_was_heard_counts(teller: Teller) -> None:
    estimate(teller, "c", ("How?", "So."))
    estimate(teller, "c", ("How?", "So."), ("And then?", "Then this."))
    assert find_outlook(teller.store, teller.project.pk, "c").turns == 2


def test_of_what_is_not_estimated_nothing_is_in_doubt(teller: Teller) -> None:
    assert find_outlook(teller.store, teller.project.pk, "unknown") == Outlook()
    assert find_outlook(teller.store, teller.project.pk, "") == Outlook()


def test_what_is_gone_is_not_known_any_more(teller: Teller) -> None:
    estimate(teller, "c", ("How?", "So."))
    estimate(teller, "c", ("How?", "So."), machine="evaluation")
    assert find_outlook(teller.store, teller.project.pk, "c") == Outlook()


def test_beside_a_server_nothing_is_kept_as_others_estimate_too() -> None:
    keep_outlooks(cast(Store, Deaf("http://clickhouse:8123")), 1, {"c": ESTIMATE}, [])
    assert OUTLOOKS.find(1, "c") is None


def test_projects_and_conversations_are_kept_apart() -> None:
    held = Outlooks()
    held.keep(1, {"c": ESTIMATE}, [])
    assert held.find(1, "c") == KEPT
    assert held.find(2, "c") is None
    assert held.find(1, "d") is None


def test_no_more_is_kept_than_the_latest() -> None:
    held = Outlooks(most=2)
    for name in ("a", "b", "a", "c"):
        held.keep(1, {name: ESTIMATE}, [])
    assert [held.find(1, name) is not None for name in "abc"] == [True, False, True]
