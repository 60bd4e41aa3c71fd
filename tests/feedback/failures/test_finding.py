"""From what users say to failure modes: turns that fail alike are one mode, which keeps its number and its members."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice

import pytest
from django.db.models import F

from feedback.confirmations import identify_signal, write_confirmation
from feedback.estimating import estimate_changed
from feedback.failure_modes.catalogue import merge_modes
from feedback.failures import finding
from feedback.failures.catalogues import load_catalogue, load_progress, save_catalogue
from feedback.failures.deriving import FAILURES, derive_changed_failures
from feedback.failures.finding import assign_waiting, find_all_modes, find_modes, forget_rests, is_due, start_finding
from feedback.failures.records import load_failing, load_members
from feedback.models import FailureCatalogue, FailureMode, FailureModeChange
from feedback.records import Hearing, load_signals, write_hearings
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.stages import STOPPING
from tracing.store import Store

What = FailureModeChange.What

VAT = (
    ("Where do I find the VAT number on my invoice?", "The VAT number stands at the top of page two of the invoice."),
    ("I need the VAT ID for my tax return, where is it?", "Your VAT number is printed on page two of each invoice."),
    ("Which page has the VAT number?", "Look at the top of the second page, the VAT number stands there."),
    ("My accountant asks for the VAT number of the invoice", "You find the VAT number on page two, at the top."),
)
VAT_COMPLAINTS = (
    "That is wrong, there is no VAT number on page two of the invoice!",
    "No, that's wrong. Page two has no VAT number at all.",
    "Wrong again, the VAT number is not on the second page. This is useless.",
)
ROUTE = (
    ("How do I get by train from Bonn to Ghent?", "Take the night train from Bonn to Ghent at 23:10."),
    ("Is there a direct train from Bonn to Ghent?", "Yes, a direct night train leaves Bonn at 23:10 for Ghent."),
    ("What is the fastest connection Bonn - Ghent?", "The night train at 23:10 takes you to Ghent directly."),
    ("I want to travel to Ghent by rail", "A night train runs from Bonn to Ghent at 23:10 each evening."),
)
ROUTE_COMPLAINTS = (
    "That is wrong, this night train does not exist any more!",
    "No, that's wrong. There is no night train to Ghent at all.",
    "That is wrong again, no train leaves at 23:10. This is useless.",
)
GLAD = (("How do I change my password?", "In the settings."), ("Perfect, thank you so much!", "You are welcome."))


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_rests()


def vary(said: tuple[tuple[str, str], ...], complaints: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], ...]]:
    for (request, answer), complaint in zip(cycle(said), cycle(complaints), strict=False):
        yield (request, answer), (complaint, "I am sorry about that.")


def tell(teller: Teller, vat: range = range(0), route: range = range(0), glad: int = 0) -> None:
    """So many conversations of each, with ids of their own, through detectors and estimates into failing turns."""
    told = {f"vat-{at}": next(islice(vary(VAT, VAT_COMPLAINTS), at, None)) for at in vat}
    told |= {f"route-{at}": next(islice(vary(ROUTE, ROUTE_COMPLAINTS), at, None)) for at in route}
    told |= {f"glad-{at}": GLAD for at in range(glad)}
    with teller.together():
        for name, turns in told.items():
            teller.tell(name, turns, user_id=name, age_hours=20 - int(name.partition("-")[2]) / 60)
    hear(teller, *told)


def hear(teller: Teller, *names: str) -> None:
    hearings = dict.fromkeys(names, Hearing("test"))
    write_hearings(teller.store, teller.project.pk, hearings, [], time.time_ns() // 1000)
    while estimate_changed(teller.store):
        pass
    while derive_changed_failures(teller.store):
        pass


def find(teller: Teller) -> bool:
    return assign_waiting(teller.store, teller.project.pk, datetime.now(UTC))


def load_modes(teller: Teller) -> dict[str, int]:
    return {row.conversation_id: row.mode for row in load_failing(teller.store, teller.project.pk)}


def list_members(teller: Teller) -> list[set[str]]:
    """What each mode, by number, is about."""
    modes = load_modes(teller)
    numbers = sorted(set(modes.values()))
    return [{name.partition("-")[0] for name, mode in modes.items() if mode == number} for number in numbers]


def list_changes(teller: Teller, number: int) -> list[tuple[str, str]]:
    changes = FailureModeChange.objects.filter(mode__project=teller.project, mode__number=number).order_by("pk")
    return [(change.what, change.text) for change in changes]


def test_what_fails_alike_becomes_a_mode_and_what_went_well_does_not(teller: Teller) -> None:
    tell(teller, range(8), range(8), glad=10)
    assert find(teller)
    assert list_members(teller) == [{"route"}, {"vat"}] or list_members(teller) == [{"vat"}, {"route"}]
    assert len(load_modes(teller)) == 16
    rows = FailureMode.objects.filter(project=teller.project).order_by("number")
    assert [row.number for row in rows] == [1, 2]
    for row in rows:
        times = [each.time_ns for each in load_members(teller.store, teller.project.pk, row.number, 100)]
        assert (row.state, row.family) == ("open", "answer")
        assert row.first_time.timestamp() == pytest.approx(min(times) / 1e9)
        assert row.last_time.timestamp() == pytest.approx(max(times) / 1e9)
        assert list_changes(teller, row.number) == [(What.FOUND, "")]


def test_a_later_one_joins_its_mode_and_the_mode_lasts_longer(teller: Teller) -> None:
    tell(teller, range(8), range(8))
    find(teller)
    before = {row.number: row for row in FailureMode.objects.all()}
    tell(teller, range(8, 9))
    assert load_modes(teller)["vat-8"] == 0
    assert find(teller)
    modes = load_modes(teller)
    assert modes["vat-8"] == modes["vat-0"] != 0
    after = FailureMode.objects.get(number=modes["vat-8"])
    assert after.last_time > before[after.number].last_time
    assert after.first_time == before[after.number].first_time
    assert FailureMode.objects.count() == 2
    assert list_changes(teller, after.number) == [(What.FOUND, "")]


def test_too_few_wait_and_become_a_mode_when_more_come(teller: Teller) -> None:
    tell(teller, range(3))
    find(teller)
    assert set(load_modes(teller).values()) == {0}
    assert not FailureMode.objects.exists()
    tell(teller, range(3, 6))
    find(teller)
    assert set(load_modes(teller).values()) == {1}


def test_nothing_is_looked_at_where_nothing_came(teller: Teller) -> None:
    store, project_id = teller.store, teller.project.pk
    assert not is_due(store, project_id, datetime.now(UTC))
    tell(teller, range(3))
    assert is_due(store, project_id, datetime.now(UTC))
    find(teller)
    assert not is_due(store, project_id, datetime.now(UTC))
    seen = load_catalogue(project_id).seen
    tell(teller, range(3, 4))
    find(teller)
    assert load_catalogue(project_id).seen == seen + 1


def test_who_is_said_not_to_have_failed_is_no_member_any_more(teller: Teller) -> None:
    tell(teller, range(8))
    find(teller)
    for signal in load_signals(teller.store, teller.project.pk, ["vat-0"])["vat-0"]:
        key = identify_signal("vat-0", signal)
        write_confirmation(teller.store, teller.project.pk, key, signal, "rejected", "ann")
    hear(teller)
    assert {row.conversation_id for row in load_members(teller.store, teller.project.pk, 1, 100)} == {
        f"vat-{at}" for at in range(1, 8)
    }


def test_members_follow_where_modes_turn_out_to_be_alike_and_what_was_said_of_them_stays(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, range(8), range(8))
    find(teller)
    FailureMode.objects.filter(number=2).update(name="Night trains", owner="ann")
    monkeypatch.setattr("feedback.failure_modes.catalogue.APART", -1.0)
    tell(teller, range(8, 9))
    find(teller)
    assert set(load_modes(teller).values()) == {1}
    first, second = FailureMode.objects.order_by("number")
    assert second.merged_into == first
    assert (first.name, first.owner) == ("Night trains", "ann")
    assert first.last_time >= second.last_time
    assert first.first_time <= second.first_time
    assert list_changes(teller, 1) == [(What.FOUND, ""), (What.JOINED, "2")]
    assert list_changes(teller, 2) == [(What.FOUND, ""), (What.JOINED, "1")]


def test_a_merged_mode_draws_later_turns_of_both(teller: Teller) -> None:
    tell(teller, range(8), range(8))
    find(teller)
    save_catalogue(teller.project.pk, merge_modes(load_catalogue(teller.project.pk), [1, 2]))
    tell(teller, range(8, 10), range(8, 10))
    find(teller)
    modes = load_modes(teller)
    assert {modes[name] for name in ("vat-8", "vat-9", "route-8", "route-9")} == {1}


def test_a_process_that_dies_between_saving_and_writing_loses_nothing_and_counts_nothing_twice(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, range(8), range(8))

    def die(*_given: object) -> None:
        if load_progress(teller.project.pk).is_cut_off:
            raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(finding, "carry_out", die)
        with pytest.raises(SystemExit):
            find(teller)
    assert set(load_modes(teller).values()) == {0}
    saved = load_catalogue(teller.project.pk)
    assert is_due(teller.store, teller.project.pk, datetime.now(UTC))
    find(teller)
    assert list_members(teller) == [{"route"}, {"vat"}] or list_members(teller) == [{"vat"}, {"route"}]
    again = load_catalogue(teller.project.pk)
    assert [(mode.number, mode.count) for mode in again.modes] == [(mode.number, mode.count) for mode in saved.modes]
    assert again.seen == saved.seen
    assert FailureModeChange.objects.count() == 2


def test_what_was_cut_off_is_carried_out_before_failing_turns_change(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, range(8))
    with monkeypatch.context() as patch:
        patch.setattr(finding, "carry_out", lambda *_given: None)
        find(teller)
    FAILURES.forget()
    hear(teller, "vat-0")
    assert set(load_modes(teller).values()) == {1}
    assert not load_progress(teller.project.pk).is_cut_off


def test_a_process_that_dies_before_it_saved_leaves_the_work_to_the_next(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, range(8))

    def die(*_given: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(finding, "keep_modes", die)
        with pytest.raises(SystemExit):
            find(teller)
    assert load_catalogue(teller.project.pk).modes == ()
    find(teller)
    assert set(load_modes(teller).values()) == {1}
    assert FailureMode.objects.count() == 1


def test_where_more_waits_than_one_pass_takes_the_next_goes_on(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_WAITING", 6)
    tell(teller, range(6), range(6))
    now = datetime.now(UTC)
    passes = 0
    while is_due(teller.store, teller.project.pk, now):
        find(teller)
        passes += 1
        assert passes < 10
    assert passes > 1
    assert 0 not in load_modes(teller).values()


def test_where_those_that_wait_belong_nowhere_nothing_goes_on(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_WAITING", 2)
    tell(teller, range(1, 4))
    tell(teller, range(1))  # the oldest came last
    find(teller)
    assert not is_due(teller.store, teller.project.pk, datetime.now(UTC))


def test_turns_that_are_old_are_not_looked_at(teller: Teller) -> None:
    tell(teller, range(8))
    later = datetime.now(UTC) + timedelta(days=91)
    assert not is_due(teller.store, teller.project.pk, later)
    assign_waiting(teller.store, teller.project.pk, later)
    assert set(load_modes(teller).values()) == {0}


def test_while_the_stage_is_at_work_nothing_is_assigned(teller: Teller) -> None:
    tell(teller, range(8))
    with FAILURES.hold() as held:
        assert held
        assert not find(teller)
    assert find(teller)


def test_projects_have_modes_of_their_own(teller: Teller) -> None:
    other = Teller(Project.objects.create(slug="other", name="Other"), teller.store)
    tell(teller, range(8))
    tell(other, range(4), range(8))
    find(teller)
    assert set(load_modes(other).values()) == {0}
    find(other)
    assert FailureMode.objects.values_list("project__slug", "number").count() == 2
    assert {mode for name, mode in load_modes(other).items() if name.startswith("route")} == {1}
    assert set(load_modes(teller).values()) == {1}


def test_a_pass_finds_describes_and_follows_each_project_and_then_rests(teller: Teller) -> None:
    tell(teller, range(8), range(8), glad=10)
    assert find_all_modes(teller.store) == 1
    modes = FailureMode.objects.order_by("number")
    assert len(modes) == 2
    assert all(mode.found_title for mode in modes)
    assert "VAT" in modes.get(number=load_modes(teller)["vat-0"]).found_title
    assert find_all_modes(teller.store) == 0, "it rests"
    assert not find_modes(teller.store, teller.project.pk, datetime.now(UTC)), "nothing came"


def test_a_pass_runs_beside_everything_else_and_none_begins_where_the_process_ends(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, range(8))
    STOPPING.set()
    try:
        start_finding()
        assert finding._thread is None or not finding._thread.is_alive()
        assert find_all_modes(teller.store) == 0
    finally:
        STOPPING.clear()
    start_finding()
    assert finding._thread is not None
    finding._thread.join(timeout=30)
    assert set(load_modes(teller).values()) == {1}


def test_a_project_that_cannot_be_done_does_not_keep_others_from_it(
    teller: Teller, caplog: pytest.LogCaptureFixture
) -> None:
    tell(teller, range(8))
    Project.objects.create(slug="other", name="Other")
    find(teller)
    FailureCatalogue.objects.update(archive=b"broken", sought_version=F("sought_version") - 10**12)
    tell(teller, range(8, 9))
    assert find_all_modes(teller.store) == 2
    assert "cannot be found" in caplog.text
