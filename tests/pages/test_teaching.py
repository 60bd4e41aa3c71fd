"""What people said of signals on the page of detectors: how right each is here, and thresholds that follow."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from feedback.accuracy import load_card
from feedback.confirmations import SignalKey, load_confirmations, write_confirmation
from feedback.detector_list import follow_confirmations
from feedback.detectors import Evidence, Signal
from feedback.models import DetectorSetting
from feedback.tasks import follow_all
from feedback.tunings import load_tuning, set_detector, set_following
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry

Open = Callable[[str], Page]
ADDRESS = "/p/default/settings/detectors"
SHIPPED = next(each.threshold or 0 for each in load_card().kinds if each.kind == "complaint")


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})


def judge_complaints(teller: Teller, verdicts: list[tuple[float, str]]) -> None:
    """A complaint of its own conversation for each (score, verdict); an empty verdict judges nothing."""
    count = len(verdicts)
    before = len(load_confirmations(teller.store, teller.project.pk, [f"t{number}" for number in range(1_000)]))
    names = [f"t{before + number}" for number in range(count)]
    columns: dict[str, list[Any]] = {
        "project_id": [teller.project.pk] * count,
        "conversation_id": names,
        "turn_index": [1] * count,
        "kind": ["complaint"] * count,
        "score": [score for score, _ in verdicts],
        "fired": [score >= SHIPPED for score, _ in verdicts],
        "polarity": [-1] * count,
        "time": [time.time_ns()] * count,
        "version": [1] * count,
    }
    teller.store.insert("signals", columns)
    for name, (score, verdict) in zip(names, verdicts, strict=True):
        signal = Signal("complaint", 1, score, 0.8, score >= SHIPPED, -1, "complaint", "1", Evidence(""))
        if verdict in ("confirmed", "rejected"):
            write_confirmation(
                teller.store, teller.project.pk, SignalKey(name, 1, "complaint"), signal, verdict, "anna@example.org"
            )


def read_complaint(client: Client) -> dict[str, Any]:
    items = json.loads(client.get("/api/v1/detectors").content)["items"]
    return next(each for each in items if each["kind"] == "complaint")


MOSTLY_WRONG = [(0.8, "rejected")] * 40 + [(0.85, "rejected")] * 10 + [(0.97, "confirmed")] * 30


def test_under_ten_verdicts_nothing_is_told(teller: Teller, client: Client, open_page: Open) -> None:
    judge_complaints(teller, [(0.9, "confirmed")] * 9)
    taught = read_complaint(client)["taught"]
    assert (taught["judged"], taught["precision"], taught["suggestion"]) == (9, None, None)
    assert "too few to say (9 judged)" in open_page(ADDRESS).text


def test_the_share_that_is_right_stands_beside_the_shipped_one(teller: Teller, client: Client, open_page: Open) -> None:
    judge_complaints(teller, [(0.9, "confirmed")] * 8 + [(0.9, "rejected")] * 4)
    taught = read_complaint(client)["taught"]
    assert (taught["judged"], taught["confirmed"], taught["missed"]) == (12, 8, 0)
    assert (taught["precision"], round(taught["low"], 3), round(taught["high"], 3)) == (8 / 12, 0.391, 0.862)
    assert 0 < taught["shipped_precision"] < 1
    assert (
        f"67 % (39 % to 86 %, 12 judged) shipped {100 * taught['shipped_precision']:.0f} %" in open_page(ADDRESS).text
    )


def test_only_what_was_shown_as_fired_counts_and_what_was_confirmed_below_was_missed(
    teller: Teller, client: Client
) -> None:
    judge_complaints(teller, [(0.9, "confirmed")] * 10 + [(0.5, "confirmed")] * 3 + [(0.5, "rejected")] * 5)
    taught = read_complaint(client)["taught"]
    assert (taught["judged"], taught["confirmed"], taught["missed"]) == (10, 10, 3)


def test_a_better_threshold_is_shown_with_what_it_changes_and_taken_by_a_press(
    teller: Teller, client: Client, open_page: Open
) -> None:
    judge_complaints(teller, MOSTLY_WRONG)
    suggestion = read_complaint(client)["taught"]["suggestion"]
    assert 0.85 < suggestion["threshold"] <= 0.97
    assert (suggestion["fired_now"], suggestion["fired"], suggestion["judged"]) == (80, 30, 80)
    assert suggestion["precision_now"] < 0.7 < suggestion["precision"]
    assert "30 instead of 80 signals in the last 30 days" in open_page(ADDRESS).text
    assert client.post(f"{ADDRESS}/take", {"kind": "complaint"}).status_code == 302
    assert load_tuning(teller.project.pk).thresholds == {"complaint": suggestion["threshold"]}
    assert DetectorSetting.objects.get().is_followed
    assert AuditEntry.objects.get(action="take_threshold").target == "complaint"
    assert read_complaint(client)["taught"]["suggestion"] is None, "what was taken is not suggested again"


def test_a_press_on_what_is_no_longer_suggested_changes_nothing(teller: Teller, client: Client) -> None:
    answer = client.post(f"{ADDRESS}/take", {"kind": "complaint"}, follow=True)
    assert "Nothing is suggested for it any more" in answer.content.decode()
    assert not DetectorSetting.objects.exists()


def test_thresholds_follow_by_themselves_only_where_the_project_says_so(teller: Teller, client: Client) -> None:
    judge_complaints(teller, MOSTLY_WRONG)
    follow_all()
    assert load_tuning(teller.project.pk).thresholds == {}
    assert client.post(f"{ADDRESS}/follow", {"follows": "on"}).status_code == 302
    follow_all()
    assert load_tuning(teller.project.pk).thresholds["complaint"] > SHIPPED
    [entry] = AuditEntry.objects.filter(action="follow_confirmations")
    assert (entry.target, entry.actor) == ("complaint", "thresholds that follow")
    follow_all()
    assert AuditEntry.objects.filter(action="follow_confirmations").count() == 1, "it stays where it is"


def test_a_threshold_that_was_typed_is_never_moved(teller: Teller, client: Client) -> None:
    judge_complaints(teller, MOSTLY_WRONG)
    set_following(teller.project.pk, thresholds_follow=True)
    set_detector(teller.project.pk, "complaint", is_on=True, threshold=0.7)
    assert follow_confirmations(teller.store, teller.project.pk) == {}
    assert load_tuning(teller.project.pk).thresholds == {"complaint": 0.7}


def test_a_threshold_that_was_followed_and_is_typed_over_is_by_hand(teller: Teller, client: Client) -> None:
    set_detector(teller.project.pk, "complaint", is_on=True, threshold=0.9, is_followed=True)
    form = {"on:complaint": "on", "threshold:complaint": "0.9"}
    client.post(f"{ADDRESS}/change", form)
    assert DetectorSetting.objects.get(kind="complaint").is_followed, "the same number is no change"
    client.post(f"{ADDRESS}/change", form | {"threshold:complaint": "0.8"})
    setting = DetectorSetting.objects.get(kind="complaint")
    assert (setting.threshold, setting.is_followed) == (0.8, False)


@pytest.mark.usefixtures("quick_passwords")
@pytest.mark.parametrize(("role", "may"), [(Role.REVIEWER, False), (Role.EDITOR, True)])
def test_editors_take_thresholds_and_reviewers_look(teller: Teller, role: Role, may: bool) -> None:
    judge_complaints(teller, MOSTLY_WRONG)
    make_user("bo@example.org", teller.project, role)
    person = log_in("bo@example.org")
    page = read(person.get(ADDRESS))
    assert "instead of 80" in page
    assert (f'action="{ADDRESS}/take"' in page) == may
    assert person.post(f"{ADDRESS}/take", {"kind": "complaint"}).status_code == (302 if may else 403)
    assert bool(load_tuning(teller.project.pk).thresholds) == may


def test_looking_writes_nothing(teller: Teller, open_page: Open) -> None:
    judge_complaints(teller, MOSTLY_WRONG)
    set_following(teller.project.pk, thresholds_follow=True)
    open_page(ADDRESS)
    assert not DetectorSetting.objects.exists()
    assert not AuditEntry.objects.exists()
