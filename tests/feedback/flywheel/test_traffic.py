"""What a dataset is held against, from the real store."""

from dataclasses import replace

import pytest

from feedback.datasets.inspecting.coverage import Seen
from feedback.flywheel import traffic
from feedback.flywheel.traffic import load_traffic
from tests.feedback.failures.filling import HOUR, NOW, Told, fill, make_mode, tell_many
from tests.pages.conftest import Teller, make_answer
from tracing.conversations import Conversation, Turn
from tracing.models import Project
from tracing.store import Store

pytestmark = pytest.mark.django_db


def test_conversations_are_seen_with_what_they_open_with_their_models_and_their_failure_mode(
    store: Store, project: Project
) -> None:
    answers = [replace(make_answer("It is.", number, f"a{number}"), model=model) for number, model in enumerate("mn")]
    turns = tuple(Turn(number, f"question {number} " * 99, answer) for number, answer in enumerate(answers))
    Teller(project, store).write(Conversation(project.pk, "talk", turns, user_id="u"))
    fill(store, project, [Told("failed", NOW, mode=3), Told("well", NOW)])
    make_mode(project, 3, name="Orders that are late")
    make_mode(project, 4)
    seen = load_traffic(store, project.pk, ["talk", "failed", "gone"])
    assert seen.conversations == 3
    assert seen.failure_modes == {3: "Orders that are late"}
    assert {each.conversation_id: each for each in seen.sample} == {
        "talk": Seen("talk", ("question 0 " * 99)[:300], ("m", "n")),
        "failed": Seen("failed", "Where is my order?", (), 3),
    }


def test_of_many_conversations_a_sample_is_taken_that_is_always_the_same(
    store: Store, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic, "SAMPLE", 20)
    monkeypatch.setattr(traffic, "IDS_AT_ONCE", 7)
    told = tell_many("c", 100, NOW - HOUR, NOW)
    fill(store, project, told)
    ids = [each.id for each in told]
    seen = load_traffic(store, project.pk, ids)
    assert (seen.conversations, len(seen.sample)) == (100, 20)
    assert load_traffic(store, project.pk, ids[::-1]) == seen
    assert len({each.conversation_id for each in seen.sample}) == 20


def test_another_project_is_not_seen(store: Store, project: Project) -> None:
    fill(store, project, [Told("theirs", NOW)])
    other = Project.objects.create(slug="other", name="Other")
    assert load_traffic(store, other.pk, ["theirs"]).sample == []
