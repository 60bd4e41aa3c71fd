"""Events in sentences, by time and segment, and how a change spread."""

from datetime import timedelta

import pytest

from drift.models import LedgerEvent
from drift.recording.events import CAUSES, Part, list_events, tell_event
from drift.recording.rollouts import load_rollout
from drift.watching.segments import SegmentName
from tests.drift.recording.conftest import App
from tests.pages.test_drift_events import NOW, tell_change
from tracing.models import Project
from tracing.times import to_ns

VALUES = {"prompt": "support", "service_name": "shop", "kind": "new", "name": ""}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            {"field": "system_instructions", "old": "Be kind.\nBe brief.", "new": "Be quick.\nBe short."},
            "System instructions of `support` changed in 2 places",
        ),
        (
            {"field": "system_instructions", "new": "Be kind.", "prompt": "0123456789abcdef"},
            "System instructions of `shop` are new",
        ),
        (
            {"field": "system_instructions", "old": "a", "new": "b", "kind": "back"},
            "System instructions of `support` are what they were before",
        ),
        (
            {"field": "response_model", "old": "one", "new": "two"},
            "Answering model of `support` changed from `one` to `two`",
        ),
        (
            {"field": "request_model", "old": "one", "new": "two", "kind": "both"},
            "Model of `support` is `one` and `two` at once",
        ),
        (
            {"field": "parameters", "name": "temperature", "old": "0.7"},
            "Parameter `temperature` of `support` is no longer set; it was `0.7`",
        ),
        (
            {"field": "parameters", "name": "seed", "new": "7"},
            "Parameter `seed` of `support` is set to `7`",
        ),
        (
            {"field": "tools", "old": "find\nrefund", "new": "find\ntrack"},
            "`support` gained `track` and lost `refund` as tools",
        ),
        ({"field": "tool", "name": "find", "new": "{}"}, "Tool `find` of `support` is new"),
        (
            {"field": "retrieval", "name": "index", "old": "v1", "new": "v2"},
            "Index of the retrieval of `support` changed from `v1` to `v2`",
        ),
        (
            {"field": "sdk", "name": "opentelemetry", "old": "1.2", "new": "1.3"},
            "Release of `opentelemetry` in `shop` changed from `1.2` to `1.3`",
        ),
        (
            {"field": "release", "old": "1.5", "new": "1.4", "kind": "back", "service_name": ""},
            "Release of the app went back from `1.5` to `1.4`",
        ),
        ({"field": "prompt", "new": "evil`<b>\n", "old": ""}, "Prompt `evil'<b>` is new in `shop`"),
        (
            {"field": "provider", "old": "a" * 99, "new": "b"},
            f"Provider of `support` changed from `{'a' * 59}…` to `b`",
        ),
    ],
)
def test_an_event_is_told_in_a_sentence(told: dict[str, str], sentence: str) -> None:
    assert tell_event(LedgerEvent(**(VALUES | told))) == sentence


def test_events_are_found_by_time_and_segment(project: Project) -> None:
    old = tell_change(project, hours_ago=30)
    new = tell_change(project, environment="test")
    elsewhere = tell_change(project, hours_ago=2, service_name="library")
    tell_change(Project.objects.create(slug="other", name="Other"))
    day, now = to_ns(NOW - timedelta(days=1)), to_ns(NOW)
    assert list_events(project.pk, day, now) == [new, elsewhere]
    assert list_events(project.pk, 0, now, SegmentName("shop", "test")) == [new]
    assert list_events(project.pk, 0, now, SegmentName("shop", "")) == [old]
    assert list_events(project.pk, 0, now, Part(service_name="shop")) == [new, old]
    assert list_events(project.pk, 0, now, limit=1) == [new]


def test_what_changes_often_is_no_cause() -> None:
    assert not {"release", "sdk"} & CAUSES.keys()
    assert {"system_instructions", "response_model", "retrieval"} <= CAUSES.keys()


def test_shares_are_of_one_segment_or_of_all(app: App) -> None:
    app.send([app.make_call() for _ in range(6)], ago_s=60)
    app.service = {"service.name": "library"}
    app.send([app.make_call(gen_ai__response__model="other") for _ in range(2)])
    app.record()
    [own] = load_rollout(app.project.pk, Part("library", ""), "response_model", 24 * 365)
    assert (own.digest, own.calls, own.share) == ("other", 2, 1)
    both = load_rollout(app.project.pk, Part(), "response_model", 24 * 365 * 100)
    assert {(each.digest, each.share) for each in both} == {("gpt-4o-2024-08-06", 0.75), ("other", 0.25)}
    assert load_rollout(app.project.pk, Part("nowhere"), "response_model") == []
