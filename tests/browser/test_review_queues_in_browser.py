"""Pages of review queues in Chromium: they fit, can be hit, and a queue is begun without a script."""

import re

from playwright.sync_api import Browser, expect

from feedback.models import ReviewQueue
from feedback.review.questions import Question
from feedback.review.queue import QueueDefinition
from feedback.reviewing.queues import create_queue
from tests.browser.test_pages_in_browser import list_misfits, open_page
from tests.conftest import Server
from tests.feedback.reviewing.traffic import Talked, fill

PATHS = ("review", "review/new", "review/new?question=answer", "review/1/edit")


def test_pages_of_queues_fit_and_can_be_hit(server: Server, chromium: Browser) -> None:
    fill(server.store, server.project, [Talked("c")])
    definition = QueueDefinition(Question.OUTCOME, filter=f"tag:{'w' * 300}", guidelines="w" * 500)
    create_queue(server.project, "w" * 200, definition, "")
    ReviewQueue.objects.update(problem="The filter cannot be used any more: " + "w" * 300)
    with open_page(chromium) as page:
        for path in PATHS:
            page.goto(f"{server.url}/p/default/{path}")
            assert list_misfits(page) == [], path


def test_a_queue_is_begun_without_a_script(server: Server, chromium: Browser) -> None:
    fill(server.store, server.project, [Talked(f"c{number}") for number in range(3)])
    with open_page(chromium, javascript=False) as page:
        page.goto(f"{server.url}/p/default/review")
        page.get_by_role("button", name=re.compile("Draw 50 and begin.*Was the user satisfied")).click()
        expect(page.get_by_text("3 items drawn for “Were users satisfied?”.")).to_be_visible()
        page.goto(f"{server.url}/p/default/review")
        expect(page.get_by_role("link", name="Review 3 waiting for you")).to_be_visible()
        expect(page.get_by_text("0 of 3 settled")).to_be_visible()
