"""The first page of settings, and how each of them says that it stands."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from drift.pages.settings_states import (
    tell_asking,
    tell_detectors,
    tell_judge,
    tell_keys,
    tell_masking,
    tell_members,
    tell_prices,
    tell_retention,
    tell_targets,
)
from feedback.asking import Rules
from feedback.detectors.tuning import Tuning
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.keys import create_key, revoke_key
from tracing.access.rights import Role
from tracing.masking import Masking, Pattern
from tracing.menu import SETTINGS
from tracing.models import ApiKey
from tracing.project_prices import put_project_prices

AT = datetime(2026, 11, 22, tzinfo=UTC)


def test_states_are_told_in_words() -> None:
    told = [
        tell_retention("shop", 30),
        tell_retention("shop", 0),
        tell_masking(Masking(patterns=(Pattern("p", "x"),)), 0),
        tell_masking(Masking(kinds=frozenset()), 0),
        tell_members(2, 1),
        tell_keys(0, None),
        tell_keys(3, AT),
        tell_detectors(41, Tuning(off=frozenset({"a", "b"}), thresholds={"c": 0.5})),
        tell_asking(Rules(is_on=False)),
        tell_judge("", 0, 0, ""),
        tell_judge("gpt-x", 7, 1_000, ""),
        tell_targets(["a", "b", "c", "d"], 0),
        tell_targets([], 0),
        tell_prices(1),
    ]
    assert [state.words for state in told] == [
        "shop; data is kept for 30 days",
        "shop; data is kept for ever",
        "2 kinds hidden, 1 pattern of your own",
        "no kind of data is hidden",
        "2 members, 1 invitation open",
        "none yet",
        "3 keys, last used",
        "39 of 41 on, 1 with a threshold of this project",
        "off: nobody is asked",
        "none is set up",
        "gpt-x, 7 of 1,000 calls today",
        "a, b, c and 1 more",
        "none: alerts are shown here alone",
        "1 price of this project, else those that Tacit knows",
    ]
    assert not any(state.is_bad for state in told)


@pytest.mark.parametrize("state", [tell_judge("m", 0, 9, "It refused the key."), tell_targets(["a"], 1)])
def test_what_somebody_should_look_at_is_marked(state: object) -> None:
    assert getattr(state, "is_bad")  # noqa: B009


def test_the_first_page_tells_how_each_stands(teller: Teller, open_page: Callable[[str], Page]) -> None:
    create_key(teller.project, "app")
    create_key(teller.project, "old")
    revoke_key(ApiKey.objects.get(name="old"))
    put_project_prices(teller.project, [{"model": "our-own", "input": 1, "output": 2}])
    page = open_page("settings")
    assert "1 key, never used" in page.text
    assert "1 price of this project" in page.text
    assert len(page.find_links("/p/default/settings/")) == len(SETTINGS)


@pytest.mark.usefixtures("quick_passwords")
def test_settings_are_shown_to_whom_they_are_for(teller: Teller) -> None:
    make_user("bo@example.org", teller.project, Role.EDITOR)
    html = read(log_in("bo@example.org").get("/p/default/settings"))
    assert "/settings/prices" in html
    assert "/settings/keys" not in html


def test_pages_of_settings_lead_to_each_other(open_page: Callable[[str], Page]) -> None:
    html = open_page("settings/judge").html
    navigation = html[html.index('aria-label="Settings"') :]
    assert '/settings/prices"' in navigation
    assert '/settings/judge" aria-current="page"' in navigation
    assert 'aria-label="Settings"' not in open_page("setup").html
