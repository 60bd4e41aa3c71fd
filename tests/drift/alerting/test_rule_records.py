"""Rules as people fill them in: what can be becomes a row, what cannot is told beside its field."""

from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.alerting.keeping import keep
from drift.alerting.rule_records import (
    RuleProblems,
    delete_rule,
    ensure_builtin_rules,
    list_rules,
    make_rule,
    read_form,
    save_rule,
    switch_rule,
    write_form,
)
from drift.alerting.rules import KINDS, find_kind
from drift.models import Alert, AlertRule
from tests.drift.alerting.test_keeping import NOW, find
from tracing.models import Project

FORM: dict[str, Any] = {"name": "Errors", "kind": "threshold", "metric": "call_errors", "value": "0.05"}


def refuse(project: Project, **told: Any) -> dict[str, str]:
    with pytest.raises(RuleProblems) as caught:
        read_form(FORM | told, project)
    return caught.value.problems


def test_a_rule_is_saved_and_filled_in_again(project: Project) -> None:
    told = FORM | {
        "group_by": "service",
        "filter": "environment:production",
        "quiet_from": "22:00",
        "quiet_until": "6:00",
    }
    told |= {"quiet_until": "06:00", "window_minutes": "15", "severity": "critical", "comparison": "above"}
    rule = save_rule(project, read_form(told, project), "anna")
    assert (rule.value, rule.window_minutes, rule.quiet_until, rule.created_by) == (0.05, 15, time(6), "anna")
    again = make_rule(project, read_form(write_form(rule), project, rule))
    assert write_form(save_rule(project, read_form(write_form(rule), project, rule), "bob", rule)) == write_form(rule)
    assert again.group_by == "service"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\nb\0"}, "name"),
        ({"kind": "oracle"}, "kind"),
        ({"metric": ""}, "metric"),
        ({"metric": "nothing"}, "metric"),
        ({"value": ""}, "value"),
        ({"value": "nan"}, "value"),
        ({"value": "1e99"}, "value"),
        ({"window_minutes": "1"}, "window_minutes"),
        ({"window_minutes": "١٢"}, "window_minutes"),
        ({"least_count": "-1"}, "least_count"),
        ({"group_by": "user"}, "group_by"),
        ({"comparison": "beside"}, "comparison"),
        ({"quiet_from": "25:00", "quiet_until": "06:00"}, "quiet_from"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
        ({"filter": "modle:x"}, "filter"),
        ({"filter": "time:7d"}, "filter"),
        ({"filter": "steps>3"}, "filter"),
        ({"targets": ["7"]}, "targets"),
        ({"kind": "change", "choices": ["weather"]}, "choices"),
        ({"kind": "change", "filter": "refund"}, "filter"),
        ({"kind": "failure_mode", "filter": "service:shop"}, "filter"),
        ({"kind": "drift", "metric": "call_errors"}, "metric"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(project: Project, told: dict[str, Any], field: str) -> None:
    assert field in refuse(project, **told)


def test_two_rules_have_two_names_and_a_kind_stays(project: Project) -> None:
    rule = save_rule(project, read_form(FORM, project), "anna")
    assert "name" in refuse(project)
    with pytest.raises(RuleProblems) as caught:
        read_form(FORM | {"kind": "drift", "metric": ""}, project, rule)
    assert list(caught.value.problems) == ["kind"]


@given(
    st.dictionaries(
        st.sampled_from([*FORM, "filter", "choices", "quiet_from", "targets"]), st.text() | st.lists(st.text())
    )
)
@pytest.mark.django_db
def test_whatever_is_filled_in_is_a_form_or_a_problem(told: dict[str, Any]) -> None:
    project = Project(pk=1, slug="default")
    told = FORM | told
    problems: dict[str, str] = {}
    try:
        form = read_form(told, project)
    except RuleProblems as error:
        problems = error.problems
    else:
        [name] = told["name"] if isinstance(told["name"], list) else [told["name"]]
        assert form.name == " ".join(name.split())
    assert set(problems) <= {*told, "quiet_until"}


def test_every_project_begins_with_the_same_rules(project: Project) -> None:
    AlertRule.objects.create(project=project, name="Drift", kind="threshold", created_at=NOW)
    for _ in range(2):
        ensure_builtin_rules(project)
    rules = [(each.name, each.kind, each.is_on) for each in list_rules(project) if each.is_builtin]
    assert rules == [
        ("Changes of the app and the provider", "change", True),
        ("Drift 2", "drift", True),
        ("Failure modes", "failure_mode", True),
        ("Stages of Tacit", "stage", True),
    ]
    assert {kind for _, kind, _ in rules} < {kind.name for kind in KINDS}
    with pytest.raises(ValueError, match="turn it off"):
        delete_rule(list_rules(project)[0])


@pytest.mark.parametrize("change", [{"value": "0.1"}, {"is_on": "off"}])
def test_what_a_rule_found_is_over_when_it_looks_at_something_else(project: Project, change: dict[str, str]) -> None:
    rule = save_rule(project, read_form(FORM, project), "anna")
    keep(rule, find_kind("threshold"), [find()], NOW)
    save_rule(project, read_form(FORM | {"severity": "critical"}, project, rule), "bob", rule)
    assert Alert.objects.get().state == "open"
    save_rule(project, read_form(FORM | change, project, rule), "bob", rule)
    assert (Alert.objects.get().state, Alert.objects.get().resolved_by) == ("resolved", "bob")


def test_a_rule_that_was_off_tells_nothing_of_that_time(project: Project) -> None:
    rule = save_rule(project, read_form(FORM, project), "anna")
    switch_rule(rule, "anna", is_on=False)
    switch_rule(rule, "anna", is_on=True)
    assert AlertRule.objects.get().looked_until is not None
