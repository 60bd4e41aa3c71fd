"""The demo goes with one click; nothing else can be removed that way."""

import pytest
from django.test import Client

from tests.pages.conftest import Teller
from tracing.models import DEMO_PROJECT, Project
from tracing.store import Store


@pytest.fixture
def demo(project: Project) -> Project:
    return Project.objects.create(slug=DEMO_PROJECT, name="Demo")


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})


def test_one_click_removes_the_demo_and_leaves_the_rest(
    client: Client, demo: Project, project: Project, store: Store
) -> None:
    Teller(demo, store).tell("shown")
    Teller(project, store).tell("own")
    store.insert("otel_traces", {"project_id": [demo.pk, project.pk], "TraceId": ["a", "b"], "SpanId": ["c", "d"]})
    assert "Remove the demo" in client.get("/p/demo/").content.decode()
    answer = client.post("/p/demo/remove", follow=True)
    assert answer.redirect_chain[-1][0] == "/p/default/"
    assert not Project.objects.filter(slug=DEMO_PROJECT).exists()
    assert client.get("/p/demo/").status_code == 404
    stats = store.query("feedback/sql/stats.sql", project_id=demo.pk)[0]
    assert set(stats.values()) == {0}
    assert store.query("feedback/sql/stats.sql", project_id=project.pk)[0]["conversations"] == 1


def test_a_project_that_is_not_the_demo_stays(client: Client, project: Project, store: Store) -> None:
    Teller(project, store).tell("own")
    assert "Remove the demo" not in client.get("/p/default/").content.decode()
    assert client.post("/p/default/remove").status_code == 404
    assert client.get("/p/default/conversations/own").status_code == 200


def test_a_link_cannot_remove_the_demo(client: Client, demo: Project, store: Store) -> None:
    Teller(demo, store).tell("shown")
    assert client.get("/p/demo/remove").status_code == 405
    assert Client(headers={"host": "localhost"}, enforce_csrf_checks=True).post("/p/demo/remove").status_code == 403
    assert Project.objects.filter(slug=DEMO_PROJECT).exists()
