"""The pages in a real browser: nothing is refused by the Content-Security-Policy, nothing overflows, keys work."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

import tacit
from django.utils import timezone
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from playwright.sync_api import Browser, Page, expect

from feedback.agent_task_records import write_agent_tasks
from feedback.agent_tasks import ToolCount
from feedback.models import Listening
from feedback.records import write_feedback
from tests.conftest import Server
from tests.feedback.reviewing.rows import hear, settle
from tests.feedback.reviewing.verified import tell_verified
from tests.pages.conftest import SECOND_NS, Teller
from tests.pages.test_comparisons import list_compared
from tests.pages.test_failure_modes import describe, make_mode, tell_failing
from tests.pages.test_machines import lead
from tests.pages.test_spending import derive, say
from tests.pages.test_tasks import TASK
from tests.tracing.otlp import insert_spans, make_span
from tests.tracing.reading import call_model
from tracing.access.keys import create_key
from tracing.access.rights import Scope
from tracing.project_prices import put_project_prices

PATHS = (
    "/p/default/",
    "/p/default/?machine=yes",
    "/p/default/conversations",
    "/p/default/conversations?machine=load_test",
    "/p/default/conversations/c-1",
    "/p/default/conversations?q=zebra",
    "/p/default/comparisons?slice=tag",
    f"/p/default/comparisons?by={'n' * 200}",
    "/p/default/conversations/rich/%C3%BCn%C3%AF",
    "/p/default/failure-modes",
    "/p/default/failure-modes?state=all&days=90&wait=yes",
    "/p/default/failure-modes/1?split=yes",
    "/p/default/failure-modes/3/regression-cases",
    "/p/default/failure-modes/contradictions",
    "/p/default/returns?measure=drop_off",
    "/p/default/datasets",
    "/p/default/review/effects",
    "/audit",
    "/p/default/settings/audit",
    "/p/default/settings/detectors",
    "/p/default/settings/detectors/accuracy",
    "/p/default/settings/keys",
    "/p/default/settings/members",
    "/p/default/settings/prices?model=gpt-5&provider=openai",
    "/p/default/settings/project",
    "/p/default/setup",
    "/p/default/tasks",
    "/account",
    "/login",
    "/projects",
)
WIDTHS = (2000, 1440, 360)
SMALL_TARGETS = """
() => [...document.querySelectorAll("button, select, input:not([type=hidden]), summary, nav a, a.button")]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.outerHTML.slice(0, 90), element.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)
"""
CUT_FIGURES = """
() => [...document.querySelectorAll(".figure .value, .span .took")]
  .filter((element) => element.scrollWidth > element.clientWidth).map((element) => element.outerHTML)
"""


@tacit.observe
def answer(message: str) -> str:
    """An app of one line."""
    return f"You asked: {message}"


@contextmanager
def open_page(
    browser: Browser, *, width: int = 1280, scheme: Literal["light", "dark"] = "light", javascript: bool = True
) -> Iterator[Page]:
    """A page that must not log a warning, an error or a refusal by the time it is closed."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=javascript
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    # What is still loading when one goes on to the next page is given up: that is no fault.
    page.on(
        "requestfailed", lambda request: None if "ABORTED" in (request.failure or "") else faults.append(request.url)
    )
    yield page
    context.close()
    assert not faults


def list_misfits(page: Page, *scripts: str, schemes: Sequence[Literal["light", "dark"]] = ("light",)) -> list[str]:
    """What does not fit or cannot be hit at any of the widths, and what else scripts tell in these colours."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("document.documentElement.scrollWidth") - width
        found += [f"{over} px too wide at {width} px"] if over > 0 else []
        found += page.evaluate(SMALL_TARGETS)
    for scheme in schemes if scripts else ():
        page.emulate_media(color_scheme=scheme)
        found += [fault for script in scripts for fault in page.evaluate(script)]
    return found


def test_every_page_is_clean_fits_its_width_and_can_be_hit(told: Teller, server: Server, chromium: Browser) -> None:
    for trace, model in enumerate(("gpt-5", "our-own-" + "w" * 80), start=1):
        say(server, trace, "paid", model=model)
    derive(server)
    lead(told, ["c-1"], "load_test", "w" * 200)
    for number in range(12):
        settle(server.store, f"r-{number}", ["complaint"])
        hear(server.store, f"r-{number}", "complaint", 0.9)
    Listening.objects.create(project=server.project, basis="new", since=timezone.now(), waiting=3)
    tools = tuple(ToolCount(name * 40, 3, 1) for name in ("w", "long_", "a-", "b."))
    write_agent_tasks(server.store, 1, [replace(TASK, tools=tools, failed=True, request="w" * 300)], [], 1)
    write_feedback(server.store, list_compared(told, ("w" * 200, "a-" * 100, "short")), 1)
    create_key(server.project, "w" * 100, created_by="w" * 200)
    create_key(server.project, "page", [Scope.FEEDBACK_BROWSER], origins=[f"https://{'w' * 60}.example"] * 3)
    put_project_prices(server.project, [{"model": "our-own", "provider": "p" * 60, "input": 1, "output": 2}])
    sliced = {
        "name": "w" * 200,
        "value": "w" * 200,
        "within": 1,
        "elsewhere": 0,
        "ratio": 9.0,
        "low": 2.0,
        "high": 99.0,
    }
    terms = [{"text": "w" * 200, "within": 1.0, "elsewhere": 0.0}]
    texts = dict.fromkeys(("found_title", "found_line", "owner", "resolved_in"), "w" * 200)
    tell_failing(told, 1, 12, mode=1, text="w" * 300)
    make_mode(
        told, ticket=f"https://example.org/{'w' * 200}", description=describe(slices=[sliced], terms=terms), **texts
    )
    make_mode(told, 2, state="resolved")
    tell_verified(told, 3, vague="w" * 300)
    with open_page(chromium) as page:
        for path in PATHS:
            response = page.goto(server.url + path)
            assert response is not None
            assert response.status == 200
            assert list_misfits(page) == [], path


def test_long_costs_and_times_of_spans_that_failed_are_not_cut_off(server: Server, chromium: Browser) -> None:
    start = time.time_ns() - 3600 * SECOND_NS
    failed = {"status": Status(code=Status.STATUS_CODE_ERROR), "end_time_unix_nano": start + 12 * SECOND_NS}
    call = call_model(gen_ai__conversation__id="c")
    insert_spans(server.store, make_span(1, 1, call, start_time_unix_nano=start, **failed))
    derive(server)
    write_agent_tasks(server.store, 1, [replace(TASK, cost_usd=0.000968)], [], 1)
    with open_page(chromium) as page:
        for path, cut in (("conversations/c", "12.0 s"), ("tasks", "$0.000968")):
            page.goto(f"{server.url}/p/default/{path}")
            expect(page.locator(".took, .value").filter(has_text=cut)).to_be_visible()
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(CUT_FIGURES) == []


def test_the_first_span_appears_while_the_set_up_page_is_open(sdk: None, server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        page.goto(server.url + "/")
        expect(page.get_by_text("Waiting for your first span…")).to_be_visible()
        answer("How do I reset it?")
        server.derive()
        expect(page.get_by_text("Your first conversation is here")).to_be_visible()
        page.get_by_role("link", name="How do I reset it?").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("“How do I reset it?”")


def test_the_colours_that_were_chosen_stay_chosen(told: Teller, server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        page.goto(server.url + "/")
        page.get_by_role("button", name="Dark").click()
        page.goto(server.url + "/p/default/datasets")
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
        assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"


def test_j_and_k_walk_the_list_but_not_while_typing(told: Teller, server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        page.goto(server.url + "/p/default/conversations/c-1")
        page.keyboard.press("j")
        page.wait_for_url("**/conversations/c-2")
        page.keyboard.press("k")
        page.wait_for_url("**/conversations/c-1")
        page.goto(server.url + "/p/default/conversations")
        page.get_by_label("Search").press_sequentially("jk")
        assert page.url.endswith("/conversations")


def test_filters_leave_only_what_narrows_in_the_address(told: Teller, server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        page.goto(server.url + "/p/default/conversations")
        page.get_by_text("Add a filter").click()
        page.get_by_label("Thumbs").select_option("up")
        page.get_by_role("button", name="Show").first.click()
        page.wait_for_url("**/conversations?thumbs=up")
        expect(page.get_by_text("8 of 61: with a thumb up")).to_be_visible()


def test_a_line_to_paste_is_copied(server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(server.url + "/p/default/setup")
        page.get_by_role("button", name="Copy", exact=True).first.click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()").startswith("pip install ")


def test_everything_can_be_read_and_filtered_without_javascript(
    told: Teller, server: Server, chromium: Browser
) -> None:
    with open_page(chromium, javascript=False) as page:
        page.goto(server.url + "/")
        page.get_by_role("link", name="Conversations", exact=True).click()
        page.get_by_label("Search").fill("which city")
        page.get_by_role("button", name="Search", exact=True).click()
        page.get_by_role("link", name="Which city?").click()
        page.get_by_text("earlier answer, replaced").first.click()
        expect(page.get_by_text("Paris, I guess.")).to_be_visible()


def test_the_keyboard_reaches_the_content_first(told: Teller, server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        page.goto(server.url + "/p/default/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_more_turns_of_a_long_conversation_come_below_and_a_link_leads_to_any(
    told: Teller, server: Server, chromium: Browser
) -> None:
    told.tell("long", [(f"question {number}", f"answer {number}") for number in range(1, 126)])
    with open_page(chromium) as page:
        page.goto(f"{server.url}/p/default/conversations/long?turn=1")
        for count in (100, 125):
            page.locator("a[data-more]").click()
            expect(page.locator("ol.turns > li")).to_have_count(count)
        expect(page.locator("a[data-more]")).to_have_count(0)
        page.goto(f"{server.url}/p/default/conversations/long#turn-75")
        expect(page.locator("#turn-75")).to_be_visible()
        expect(page.locator("#turn-75")).to_contain_text("question 75")
