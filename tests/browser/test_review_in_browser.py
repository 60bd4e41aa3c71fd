"""Review in a real browser: twenty items by keyboard alone, and nothing that is typed is lost or said twice."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from feedback.labels import load_labels
from feedback.models import ReviewItem, ReviewQueue, ReviewTurn
from feedback.review.questions import Question
from feedback.reviewing.records import find_own
from tests.browser.test_pages_in_browser import list_misfits, open_page
from tests.conftest import Server
from tests.pages.conftest import Teller
from tests.pages.people import PASSWORD, make_user
from tests.pages.reviewing import make_queue
from tracing.access.rights import Role

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
NAMES = [f"r-{number:02}" for number in range(1, 21)]
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
def teller(server: Server) -> Teller:
    teller = Teller(server.project, server.store)
    with teller.together():
        for name in NAMES:
            turns = [(f"How do I reset {name}?", "Hold the button."), ("That does not help!", "I am sorry.")]
            teller.tell(name, turns)
    return teller


@pytest.fixture
def queue(teller: Teller) -> ReviewQueue:
    return make_queue(teller.project, NAMES)


def begin(page: Page, server: Server, number: int = 1) -> None:
    page.goto(f"{server.url}/p/default/review/{number}")
    page.keyboard.press("Enter")
    expect_item(page, 1)


def expect_item(page: Page, place: int) -> None:
    expect(page.locator("#review h1")).to_have_text(re.compile(rf"^Item {place}\b"))


def read_labels(teller: Teller) -> dict[str, list[str]]:
    return {name: [each.verdict for each in load_labels(teller.store, teller.project.pk, name)] for name in NAMES}


def read_own(teller: Teller, place: int, who: str = "local") -> Any:
    item = ReviewItem.objects.select_related("queue").get(queue__number=1, place=place)
    return find_own(teller.store, item, who)


def test_twenty_items_are_reviewed_by_keyboard_alone(
    queue: ReviewQueue, teller: Teller, server: Server, chromium: Browser
) -> None:
    with open_page(chromium) as page:
        begin(page, server)
        press = page.keyboard.press
        press("2")
        press("Enter")
        expect_item(page, 2)
        expect(page.get_by_role("note")).to_contain_text("you said Dissatisfied")
        press("u")  # take back, and say otherwise
        expect_item(page, 1)
        expect(page.locator('[value="dissatisfied"]')).to_be_checked()
        press("1")
        press("Enter")
        expect_item(page, 2)
        press("s")  # comes again at the end
        expect_item(page, 3)
        press("2")
        press("2")  # once more takes it off
        expect(page.locator("[name=choice]:checked")).to_have_count(0)
        press("2")
        press("e")
        page.keyboard.type("Hold it for 10 s, say e2u.\nThen let go.")
        press("Escape")
        press("n")
        page.keyboard.type("j k s 1")
        press("Control+Enter")
        expect_item(page, 4)
        press("1")
        press("j")  # on and back: what was chosen is still there
        expect_item(page, 5)
        press("k")
        expect_item(page, 4)
        expect(page.locator('[value="satisfied"]')).to_be_checked()
        press("Enter")
        for place in range(5, 21):
            expect_item(page, place)
            press("3" if place == 7 else "2" if place % 2 else "1")
            press("Enter")
        expect_item(page, 2)
        press("1")
        press("Enter")
        expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
        assert list_drafts(page) == []
    said = {name: ["dissatisfied" if number % 2 else "satisfied"] for number, name in enumerate(NAMES, start=1)}
    said |= {"r-01": ["satisfied"], "r-07": []}  # of the seventh nobody can tell
    assert read_labels(teller) == said
    assert ReviewTurn.objects.filter(state="done").count() == 20
    assert read_own(teller, 7).choices == ("cannot_tell",)
    assert read_own(teller, 3).better_answer == "Hold it for 10 s, say e2u.\nThen let go."
    assert read_own(teller, 3).note == "j k s 1"
    assert read_own(teller, 3).seconds > 0
    assert read_own(teller, 1).is_informed
    assert not read_own(teller, 2).is_informed


def list_drafts(page: Page) -> list[str]:
    found: list[str] = page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('review:'))")
    return found


def test_a_key_that_is_held_submits_once(queue: ReviewQueue, teller: Teller, server: Server, chromium: Browser) -> None:
    with open_page(chromium) as page:
        begin(page, server)
        page.keyboard.press("2")
        for _ in range(12):
            page.keyboard.down("Enter")  # all after the first are repeats
        expect_item(page, 2)
        for _ in range(12):
            page.keyboard.down("2")
        page.keyboard.up("2")
        page.keyboard.up("Enter")
        expect(page.locator('[value="dissatisfied"]')).to_be_checked()
        expect_item(page, 2)
    assert ReviewTurn.objects.filter(state="done").count() == 1


def test_what_was_chosen_and_written_outlives_a_reload_and_leaves_with_the_submission(
    queue: ReviewQueue, teller: Teller, server: Server, chromium: Browser
) -> None:
    with open_page(chromium) as page:
        begin(page, server)
        page.keyboard.press("2")
        page.keyboard.press("e")
        page.keyboard.type("Better")
        page.reload()
        expect(page.locator('[value="dissatisfied"]')).to_be_checked()
        expect(page.get_by_label("Instead of the answer of turn 1")).to_have_value("Better")
        page.keyboard.press("Enter")
        expect_item(page, 2)
        expect(page.locator("[name=choice]:checked")).to_have_count(0)
        assert list_drafts(page) == []


def test_a_submission_that_fails_loses_nothing_and_can_be_repeated(
    queue: ReviewQueue, teller: Teller, server: Server, chromium: Browser
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    begin(page, server)
    page.route("**/submit", lambda route: route.abort())
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not kept: the server did not answer")).to_be_visible()
    expect(page.locator('[value="dissatisfied"]')).to_be_checked()
    page.unroute("**/submit")
    page.keyboard.press("Enter")
    expect_item(page, 2)
    expect(page.get_by_text("Not kept: the server did not answer")).to_be_hidden()
    ReviewItem.objects.filter(place=2).update(state="settled")
    page.keyboard.press("1")
    page.keyboard.press("e")
    page.keyboard.type("Mine")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Others have judged this item meanwhile")).to_be_visible()
    expect(page.get_by_label("Instead of the answer of turn 1")).to_have_value("Mine")
    page.keyboard.press("j")
    expect_item(page, 3)
    context.close()


def test_keys_of_the_browser_and_of_fields_stay_theirs(
    queue: ReviewQueue, teller: Teller, server: Server, chromium: Browser
) -> None:
    with open_page(chromium) as page:
        begin(page, server)
        for key in ("Alt+1", "Control+u", "Control+s", "Meta+2", "Shift+Enter"):
            page.locator("#pane").dispatch_event("keydown", make_event(key))
        page.keyboard.press("Shift+Digit1")
        page.keyboard.press("Shift+S")
        expect_item(page, 1)
        expect(page.locator("[name=choice]:checked")).to_have_count(0)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("2")
        page.keyboard.press("s")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect_item(page, 1)
        expect(page.locator("[name=choice]:checked")).to_have_count(0)
        page.get_by_role("main").get_by_role("link", name="Review", exact=True).focus()
        page.keyboard.press("Enter")  # of a link it follows the link
        expect(page).to_have_url(re.compile("/review$"))
    assert not ReviewTurn.objects.exclude(state="held").exists()


def make_event(chord: str) -> dict[str, Any]:
    held, _, key = chord.rpartition("+")
    names = {"Alt": "altKey", "Control": "ctrlKey", "Meta": "metaKey", "Shift": "shiftKey"}
    return {"key": key, "bubbles": True, names[held]: True}


def test_where_several_hold_what_holds_alone_takes_the_others_off(
    teller: Teller, server: Server, chromium: Browser
) -> None:
    make_queue(teller.project, NAMES[:2], Question.REACTION)
    with open_page(chromium) as page:
        begin(page, server)
        for key in ("1", "3"):
            page.keyboard.press(key)
        expect(page.locator("[name=choice]:checked")).to_have_count(2)
        page.keyboard.press("7")
        expect(page.locator("[name=choice]:checked")).to_have_count(1)
        page.keyboard.press("1")
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        expect_item(page, 2)
    assert read_own(teller, 1).choices == ("complaint", "rephrase")


@pytest.fixture
def two_pages(server: Server, chromium: Browser, quick_passwords: None) -> list[Page]:
    """Of two reviewers, logged in."""
    pages = []
    for name in ("anna", "bo"):
        make_user(f"{name}@example.org", server.project, Role.REVIEWER)
        page = chromium.new_context().new_page()
        page.goto(f"{server.url}/login")
        page.get_by_label("E-mail").fill(f"{name}@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Log out").or_(page.get_by_role("button", name="Log out"))).to_be_visible()
        pages.append(page)
    return pages


def test_two_reviewers_never_have_the_same_item_in_hand(
    queue: ReviewQueue, teller: Teller, server: Server, two_pages: list[Page]
) -> None:
    for page in two_pages:
        page.goto(f"{server.url}/p/default/review/1")
        page.keyboard.press("Enter")
        expect(page.locator("#pane")).to_be_visible()
    for turn in range(6):
        places = [read_place(page) for page in two_pages]
        assert places[0] != places[1], turn
        for page, place in zip(two_pages, places, strict=True):
            page.keyboard.press("1")
            page.keyboard.press("Enter")
            expect(page.locator("#review h1")).not_to_have_text(re.compile(rf"^Item {place}\b"))
    done = ReviewTurn.objects.filter(state="done").values_list("item__place", flat=True)
    assert len(done) == len(set(done)) == 12


def read_place(page: Page) -> int:
    found = re.search(r"Item (\d+)", page.locator("#review h1").inner_text())
    assert found
    return int(found[1])


def test_who_was_logged_out_meanwhile_keeps_what_they_typed(
    queue: ReviewQueue, server: Server, two_pages: list[Page]
) -> None:
    [page, _] = two_pages
    begin(page, server)
    page.keyboard.press("1")
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not kept: the server did not answer")).to_be_visible()
    expect(page.locator('[value="satisfied"]')).to_be_checked()
    assert len(list_drafts(page)) == 1


def test_whoever_is_quick_stays_on_the_page(
    queue: ReviewQueue, teller: Teller, server: Server, chromium: Browser
) -> None:
    """A form that the script does not know yet would load the whole page anew."""
    with open_page(chromium) as page:
        begin(page, server)
        page.evaluate(
            """() => {
              window.mark = "stayed";
              document.addEventListener("htmx:afterSwap", () => setTimeout(() => {
                document.querySelector('[data-digit="1"]').click();
                document.querySelector("[data-key=enter]").click();
              }), { once: true });
            }"""
        )
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        expect_item(page, 3)
        assert page.evaluate("window.mark") == "stayed"
        assert list_drafts(page) == []


def test_the_button_that_submits_stays_in_sight_while_one_writes(
    teller: Teller, server: Server, chromium: Browser
) -> None:
    make_queue(teller.project, NAMES[:1], Question.ANSWER)
    with open_page(chromium) as page:
        begin(page, server)
        for key in ("e", "Escape", "n", "Escape", "g"):
            page.keyboard.press(key)
        expect(page.get_by_role("button", name="Submit")).to_be_in_viewport(ratio=1)
        page.keyboard.press("e")
        expect(page.get_by_role("button", name="Submit")).to_be_in_viewport(ratio=1)


def test_on_a_small_screen_the_next_item_is_in_sight(queue: ReviewQueue, server: Server, chromium: Browser) -> None:
    with open_page(chromium, width=390) as page:
        begin(page, server)
        page.get_by_label("Dissatisfied").check()
        page.get_by_role("button", name="Submit").click()
        expect_item(page, 2)
        expect(page.locator("#review h1")).to_be_in_viewport()


def test_a_disagreement_is_decided_by_keyboard(teller: Teller, server: Server, two_pages: list[Page]) -> None:
    make_queue(teller.project, NAMES[:1], needed=2, reviewers=2)
    for page, key in zip(two_pages, ("1", "2"), strict=True):
        page.goto(f"{server.url}/p/default/review/1")
        page.keyboard.press("Enter")
        expect_item(page, 1)
        page.keyboard.press(key)
        page.keyboard.press("e")
        page.keyboard.type(f"Said with {key}.")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    page.get_by_role("link", name="Decide 1 disagreement").click()
    expect(page.get_by_role("heading", name="What its reviewers said")).to_be_visible()
    expect(page.locator("[name=choice]:checked")).to_have_count(0)
    page.get_by_role("button", name="Take this answer").first.click()
    expect(page.get_by_label("Instead of the answer of turn 1")).to_have_value("Said with 1.")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No disagreement waits")).to_be_visible()
    assert read_labels(teller)["r-01"] == ["dissatisfied"]


def test_items_are_reviewed_without_javascript(
    queue: ReviewQueue, teller: Teller, server: Server, chromium: Browser
) -> None:
    with open_page(chromium, javascript=False) as page:
        page.goto(f"{server.url}/p/default/review/1")
        page.get_by_role("button", name="Begin").click()
        page.get_by_label("Dissatisfied").check()
        page.locator("summary").get_by_text("Write the better answer").click()
        page.get_by_label("Instead of the answer of turn 1").fill("Better")
        page.get_by_role("button", name="Submit").click()
        expect_item(page, 2)
        expect(page.get_by_role("note")).to_contain_text("you said Dissatisfied")
        page.get_by_role("button", name="Take back").click()
        expect(page.get_by_label("Dissatisfied")).to_be_checked()
        page.get_by_label("Satisfied", exact=False).first.check()
        page.get_by_role("button", name="Submit").click()
        page.get_by_role("button", name="Skip").click()
        expect_item(page, 3)
        page.get_by_role("button", name="K ↑").click()
        expect_item(page, 2)
    assert read_labels(teller)["r-01"] == ["satisfied"]
    assert read_own(teller, 1).better_answer == "Better"


def test_the_page_fits_and_can_be_hit_and_read_and_texts_do_nothing(
    teller: Teller, server: Server, chromium: Browser
) -> None:
    long = "w" * 300
    teller.tell("x", [(f"{HOSTILE} {long}", f"{HOSTILE} {long}")] * 60)
    queue = make_queue(teller.project, ["x", *NAMES], name=f"{HOSTILE} {'w' * 100}", guidelines=f"{HOSTILE} {long}")
    with open_page(chromium) as page:
        page.on("dialog", lambda _: pytest.fail("a text of a trace ran"))
        page.goto(f"{server.url}/p/default/review/{queue.number}")
        check(page)
        page.keyboard.press("Enter")
        expect_item(page, 1)
        for details in page.locator("#review details").all():
            details.evaluate("(each) => { each.open = true; }")
        check(page)
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        expect_item(page, 2)
        check(page)
        assert page.locator("main img, main script").count() == 0


def check(page: Page) -> None:
    assert list_misfits(page, CONTRAST, schemes=("dark", "light")) == []


def test_the_judged_message_is_in_sight_and_more_turns_come_beside_what_was_typed(
    teller: Teller, server: Server, chromium: Browser
) -> None:
    teller.tell("long", [(f"question {index}?", f"answer {index}. " * 40) for index in range(120)])
    make_queue(teller.project, ["long"], Question.REACTION, turn_index=60, answer_turn=59)
    with open_page(chromium) as page:
        begin(page, server)
        expect(page.get_by_text("question 60?")).to_be_in_viewport()
        page.keyboard.press("1")
        page.get_by_role("link", name="Later turns").click()
        expect(page.get_by_text("question 100?")).to_be_attached()
        expect(page.locator('[value="complaint"]')).to_be_checked()
        page.keyboard.press("e")
        page.get_by_role("button", name="Start from the answer").click()
        expect(page.get_by_label("Instead of the answer of turn 60")).to_have_value(re.compile("^answer 59\\. answer"))


def test_who_does_not_see_is_told_what_was_done(
    queue: ReviewQueue, teller: Teller, server: Server, chromium: Browser
) -> None:
    with open_page(chromium) as page:
        begin(page, server)
        expect(page.locator("#pane")).to_be_focused()
        page.keyboard.press("2")
        expect(page.locator("#told")).to_have_text("Dissatisfied: chosen")
        page.keyboard.press("Enter")
        expect(page.locator("#told")).to_have_text("Kept. Item 2 of 20.")
        expect(page.get_by_role("link", name="Review 19 waiting for you")).to_be_visible()
        expect(page.locator("#pane")).to_be_focused()


def test_one_thing_is_sent_at_a_time(queue: ReviewQueue, teller: Teller, server: Server, chromium: Browser) -> None:
    """Whoever presses on while the server thinks says nothing of an item that they have not seen."""
    waiting: list[Route] = []
    with open_page(chromium) as page:
        begin(page, server)
        page.route("**/submit", lambda route: waiting.append(route))
        page.keyboard.press("1")
        for key in ("Enter", "2", "Enter", "s", "j"):
            page.keyboard.press(key)
        assert len(waiting) == 1
        waiting[0].continue_()
        expect_item(page, 2)
        expect(page.locator("[name=choice]:checked")).to_have_count(0)
    assert read_own(teller, 1).choices == ("satisfied",)
    assert ReviewTurn.objects.filter(state="done").count() == 1
