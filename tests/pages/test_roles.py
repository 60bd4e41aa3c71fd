"""What a page offers by role: nobody is shown a button that refuses them."""

import re

import pytest
from django.utils import timezone

from feedback.datasets.definition import Definition
from feedback.flywheel.datasets import create_dataset
from feedback.flywheel.versions import start_version
from feedback.models import DatasetVersion, FailureMode
from feedback.review.questions import Question
from feedback.review.queue import QueueDefinition
from feedback.reviewing.queues import create_queue
from tests.pages.conftest import Teller
from tests.pages.people import log_in, make_user, read
from tests.pages.test_drift import make_alarm
from tracing.access.rights import Role
from tracing.dead_letters import keep_letters
from tracing.models import DEMO_PROJECT, Project, ProjectPrice
from tracing.store import Store

pytestmark = pytest.mark.usefixtures("quick_passwords")
PAGES = (
    *("", "conversations", "conversations/c", "failure-modes", "failure-modes/1", "failure-modes/2"),
    *("datasets/new", "datasets/1", "datasets/1/versions/1", "datasets/evaluation-sets"),
    *(
        "review",
        "review/effects",
        "returns",
        "datasets",
        "dead-letters",
        "setup",
        "settings/prices",
        "drift",
        "drift/alarms/1",
    ),
)
OF_MODES = ("name", "owner", "ticket", "notes", "resolve", "ignore")
VIEWING = {"/p/demo/picked/download"}
REVIEWING = VIEWING | {
    "/p/demo/conversation-outcome",
    "/p/demo/failure-modes/merge",
    *(f"/p/demo/failure-modes/1/{change}" for change in OF_MODES),
    *(f"/p/demo/failure-modes/2/{change}" for change in ("name", "owner", "ticket", "notes", "reopen")),
    "/p/demo/drift/alarms/1/accept",
    "/p/demo/drift/alarms/1/report/ask",
}
EDITING = REVIEWING | {
    "/p/demo/datasets/holdout",
    "/p/demo/datasets/evaluation-sets/add",
    *(f"/p/demo/datasets/1/{change}" for change in ("look", "delete", "versions/1/build", "versions/1/delete")),
    "/p/demo/review/1/draw",
    *(f"/p/demo/failure-modes/{number}/review" for number in (1, 2)),
    "/p/demo/returns/goal",
    "/p/demo/dead-letters/retry",
    "/p/demo/settings/erasures/ask",
    "/p/demo/settings/prices/add",
    "/p/demo/settings/prices/apply",
    "/p/demo/settings/prices/1/remove",
}


@pytest.fixture
def demo(project: Project, store: Store) -> Project:
    demo = Project.objects.create(slug=DEMO_PROJECT, name="Demo")
    Teller(demo, store).tell("c")
    keep_letters(store, "otel_traces", [({"project_id": demo.pk, "TraceId": "x"}, "no")])
    ProjectPrice.objects.create(pk=1, project=demo, model="m", input=1, output=1)
    times = dict.fromkeys(("found_at", "first_time", "last_time", "state_since"), timezone.now())
    for number, state in ((1, "open"), (2, "resolved")):
        FailureMode.objects.create(project=demo, number=number, state=state, **times)
    make_alarm(demo, pk=1)
    start_version(create_dataset(demo, "Judged", Definition("trl-kto"), ""), "", goes_on=False)
    DatasetVersion.objects.update(state="inspected")
    create_queue(demo, "Judged", QueueDefinition(Question.OUTCOME), "")
    return demo


def list_forms(email: str) -> set[str]:
    """Where the forms of all pages lead that change something."""
    client = log_in(email)
    pages = [read(client.get(f"/p/demo/{page}")) for page in PAGES]
    return {action for page in pages for action in re.findall(r'method="post" action="([^"]*)"', page)} - {"/logout"}


@pytest.mark.parametrize(
    ("role", "expected"), [(Role.VIEWER, VIEWING), (Role.REVIEWER, REVIEWING), (Role.EDITOR, EDITING)]
)
def test_a_role_is_offered_what_it_may_do(demo: Project, role: Role, expected: set[str]) -> None:
    make_user("bo@example.org", demo, role)
    assert list_forms("bo@example.org") == expected


def test_an_owner_is_offered_the_end_of_the_demo_too(demo: Project) -> None:
    make_user("bo@example.org", demo, Role.OWNER)
    assert {*EDITING, "/p/demo/remove"} <= list_forms("bo@example.org")


def test_every_role_downloads(demo: Project) -> None:
    make_user("bo@example.org", demo)
    assert "datasets/download" in read(log_in("bo@example.org").get("/p/demo/datasets/new"))


def test_the_menu_leads_only_where_a_role_may_go(demo: Project) -> None:
    make_user("bo@example.org", demo, Role.EDITOR)
    make_user("olga@example.org", demo, Role.OWNER)
    settings = [
        set(re.findall(r'href="/p/demo/settings/([\w-]+)"', read(log_in(email).get("/p/demo/settings"))))
        for email in ("bo@example.org", "olga@example.org")
    ]
    assert settings[0] == {"alert-targets", "asking", "detectors", "erasures", "judge", "prices", "stages", "texts"}
    assert {"prices", "members", "project"} <= settings[1]
