"""Regression cases from the store: of which failure modes there are any, what they hold and what stays out."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from feedback.flywheel.forgetting import forget
from feedback.holdouts import set_holdout
from feedback.models import FailureMode
from feedback.reviewing.regressions import COUNTED, count_regressions
from tests.feedback.reviewing.rows import settle
from tests.feedback.reviewing.verified import ASKED, make_mode, tell_verified
from tests.pages.conftest import Teller
from tracing.models import AuditEntry, Project
from tracing.store import Store

pytestmark = pytest.mark.django_db(transaction=True)
CASES = "failure-modes/1/regression-cases"


@pytest.fixture(autouse=True)
def _count_anew() -> None:
    """Projects of tests have the same numbers."""
    COUNTED.forget()


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


def ask(path: str) -> Any:
    return Client(headers={"host": "localhost"}).get(f"/api/v1/{path}")


def read_zip(response: Any) -> dict[str, bytes]:
    assert response.status_code == 200, response.content
    with zipfile.ZipFile(io.BytesIO(b"".join(response))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def list_reasons(told: dict[str, Any]) -> dict[str, str]:
    return {each["conversation_id"]: each["reason"] for each in told["left_out"]}


def test_verified_members_become_cases_and_the_others_say_why_not(teller: Teller) -> None:
    tell_verified(teller)
    told = ask(CASES).json()
    found = {each["conversation_id"]: [check["kind"] for check in each["checks"]] for each in told["items"]}
    assert found == {"refused-1": ["answers"], "refused-2": ["answers"], "corrected": ["holds"]}
    assert list_reasons(told) == {"vague": "no_check", "plain": "no_check"}
    assert {each["failure"] for each in told["items"]} == {"Refuses <b>needlessly"}
    assert "2 reviewers said that this answer failed so" in told["items"][0]["why"]


def test_a_better_answer_that_a_reviewer_wrote_makes_a_case(teller: Teller) -> None:
    tell_verified(teller, vague="Open Settings, then Security, and press Reset.")
    [case] = [each for each in ask(CASES).json()["items"] if each["conversation_id"] == "vague"]
    assert (case["better_answer"], case["checks"][0]["kind"]) == (
        "Open Settings, then Security, and press Reset.",
        "nearer",
    )


@pytest.mark.parametrize(("reviewed", "words"), [(3, "at least 2 more"), (0, "at least 5 more")])
def test_of_a_mode_that_is_not_verified_it_is_told_what_is_missing(teller: Teller, reviewed: int, words: str) -> None:
    tell_verified(teller, reviewed=reviewed)
    for path in (CASES, f"{CASES}/archive"):
        refused = ask(path)
        assert (refused.status_code, words in refused.json()["detail"]) == (409, True)


def test_a_mode_that_there_is_not_is_not_found(teller: Teller) -> None:
    assert [ask(path).status_code for path in (CASES, f"{CASES}/archive")] == [404, 404]


def test_a_number_of_a_mode_that_was_merged_gives_the_cases_of_the_other(teller: Teller) -> None:
    mode = tell_verified(teller)
    FailureMode.objects.filter(pk=make_mode(teller, 2).pk).update(merged_into=mode)
    assert len(ask("failure-modes/2/regression-cases").json()["items"]) == 3


def test_the_archive_has_all_files_and_the_same_bytes(teller: Teller) -> None:
    tell_verified(teller)
    one, again = read_zip(ask(f"{CASES}/archive")), read_zip(ask(f"{CASES}/archive"))
    assert one == again
    assert {"cases.jsonl", "test_regressions.py", "checks.py", "promptfooconfig.yaml", "manifest.json"} <= set(one)
    manifest = json.loads(one["manifest.json"])
    assert (manifest["project"], manifest["cases"]) == (teller.project.slug, 3)
    assert b"user-" not in b"".join(one.values())


def test_one_archive_holds_all_verified_modes(teller: Teller) -> None:
    tell_verified(teller, 1)
    tell_verified(teller, 2, prefix="other-")
    make_mode(teller, 3)
    lines = read_zip(ask("regression-cases/archive"))["cases.jsonl"].splitlines()
    assert [json.loads(line)["failure_mode"] for line in lines] == [1, 1, 1, 2, 2, 2]
    assert AuditEntry.objects.filter(action="download_all_regression_cases").count() == 1


def test_without_a_verified_mode_there_is_no_archive(teller: Teller) -> None:
    make_mode(teller)
    refused = ask("regression-cases/archive")
    assert (refused.status_code, "pass for nothing" in refused.json()["detail"]) == (409, True)


def test_nobody_who_is_forgotten_is_in_a_case(teller: Teller) -> None:
    tell_verified(teller)
    forget(teller.project, conversation_id="refused-1", who="ann", now=datetime.now(UTC))
    forget(teller.project, user_id="user-corrected", who="ann", now=datetime.now(UTC))
    told = ask(CASES).json()
    assert [each["conversation_id"] for each in told["items"]] == ["refused-2"]
    reasons = list_reasons(told)
    assert (reasons["refused-1"], reasons["corrected"]) == ("not_allowed", "not_allowed")


def test_nobody_who_is_held_out_is_in_a_case(teller: Teller) -> None:
    set_holdout(teller.project.pk, 0.5)
    tell_verified(teller)
    told = ask(CASES).json()
    reasons = [each["reason"] for each in told["left_out"]]
    assert len(told["items"]) + len(reasons) == len(ASKED)
    assert "not_allowed" in reasons


def test_personal_data_is_replaced_in_everything_that_goes_out(teller: Teller) -> None:
    better = "I wrote to jane.roe@postbox.io; open Settings and press Reset."
    tell_verified(teller, vague=better)
    files = read_zip(ask(f"{CASES}/archive"))
    assert b"jane.roe" not in b"".join(files.values())
    assert b"<EMAIL_1>" in files["cases.jsonl"]


def test_a_conversation_that_is_gone_is_told(teller: Teller) -> None:
    tell_verified(teller)
    settle(teller.store, "gone", ["mode:1"], project_id=teller.project.pk, question="failure_mode", turn_index=0)
    assert list_reasons(ask(CASES).json())["gone"] == "gone"


def test_what_there_is_is_counted(teller: Teller) -> None:
    tell_verified(teller, 1)
    make_mode(teller, 2)
    counts = count_regressions(teller.store, teller.project.pk)
    assert (counts.verified, counts.covered, counts.cases) == (1, 1, 3)


def test_what_is_counted_follows_what_is_settled(teller: Teller) -> None:
    tell_verified(teller, 1)
    before = count_regressions(teller.store, teller.project.pk)
    tell_verified(teller, 2, prefix="other-")
    assert (before.cases, count_regressions(teller.store, teller.project.pk).cases) == (3, 6)
