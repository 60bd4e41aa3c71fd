"""One conversation in Chromium, with all that can be opened open: no violation, and what scripts add to it."""

from playwright.sync_api import Browser, expect

from tests.browser.page_audit import Visit, start_visit
from tests.conftest import Server
from tests.pages.conftest import HOUR_NS, SECOND_NS, Teller, make_answer
from tests.pages.test_conversation import write_spans
from tracing.conversations import Conversation, Turn
from tracing.generations import Generation, Message, ToolCall
from tracing.records import write_generations

ADDRESS = "/p/default/conversations/one"
OPEN_ALL = "for (const each of document.querySelectorAll('main details')) each.open = true"


def tell(server: Server) -> None:
    """Two turns: one whose answer was replaced, made with tools, and one of code."""
    teller = Teller(server.project, server.store)
    start = teller.now_ns - HOUR_NS
    old = make_answer("Take the red train to Paris.", start, "old")
    new = make_answer("Take the blue train to Paris.", start + 20 * SECOND_NS, "new")
    code = make_answer("```python\ndef f():\n    return 1\n```", start + 60 * SECOND_NS, "code")
    turns = (Turn(0, "Which train?", new, (old,)), Turn(1, "No, in code!", code))
    teller.write(Conversation(teller.project.pk, "one", turns, user_id="anna"))
    asked = Message("assistant", "", tool_calls=(ToolCall("c1", "find_train", {"to": "Paris"}),))
    call = Generation(
        teller.project.pk, "new-trace", "new-span", "", start + 20 * SECOND_NS, SECOND_NS, "genai",
        output_messages=(asked,), system_instructions="Be kind.\n" * 40, time_to_first_chunk_ns=SECOND_NS // 2,
    )  # fmt: skip
    write_generations(server.store, [call], {}, version=1)
    write_spans(teller, "new-trace", ["answer", "find_train", "chat"], {"long": "word " * 400, "json": '{"a": [1, 2]}'})
    write_spans(teller, "code-trace", ["answer in code"])


def test_everything_opens_and_is_reached_by_keyboard(server: Server, chromium: Browser) -> None:
    tell(server)
    with start_visit(chromium, server.url) as visit:
        check_tree(visit)
        check_answers(visit)
        check_spans_of_another_turn(visit)
        assert visit.list_faults() == []
    for scheme in ("light", "dark"):
        with start_visit(chromium, server.url, color_scheme=scheme) as visit:
            visit.go(f"{ADDRESS}?turn=1")
            visit.page.evaluate(OPEN_ALL)
            assert [*visit.ask_axe(), *visit.measure(360), *visit.measure(2560), *visit.list_faults()] == []


def check_tree(visit: Visit) -> None:
    """Arrow keys walk, fold and unfold; Enter opens a span's details."""
    visit.go(f"{ADDRESS}?turn=1")
    rows = visit.page.locator('[data-waterfall] [role="row"]')
    rows.first.focus()
    visit.page.keyboard.press("ArrowLeft")
    expect(rows.first).to_have_attribute("aria-expanded", "false")
    expect(rows.nth(1)).to_be_hidden()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("ArrowRight")
    expect(rows.nth(1)).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(rows.nth(1).get_by_text("word word word")).to_be_visible()
    visit.page.keyboard.press("ArrowLeft")
    expect(rows.first).to_be_focused()


def check_answers(visit: Visit) -> None:
    """The two answers stand beside each other, by their words or as they were shown."""
    visit.page.get_by_text("earlier answer, replaced ·").click()
    expect(visit.page.locator("del")).to_have_text("red")
    expect(visit.page.locator("ins")).to_have_text("blue")
    visit.page.get_by_text("as it was shown").click()
    expect(visit.page.locator("del")).to_be_hidden()
    sides = visit.page.locator(".sides > section")
    expect(sides.first).to_contain_text("Take the red train")
    [old, new] = [sides.nth(at).bounding_box() for at in (0, 1)]
    assert old is not None
    assert new is not None
    assert old["y"] == new["y"]
    assert old["x"] < new["x"]


def check_spans_of_another_turn(visit: Visit) -> None:
    """They come without the page being loaded anew, and code can be copied."""
    visit.page.evaluate("window.wasLoaded = 'once'")
    visit.page.locator("#turn-2").get_by_role("link", name="spans").click()
    expect(visit.page.get_by_role("heading", name="Turn 2, spans")).to_be_visible()
    expect(visit.page.get_by_text("answer in code").first).to_be_visible()
    expect(visit.page.locator("#turn-2")).to_contain_class("selected")
    assert visit.page.url.endswith("?turn=2#turn-2")
    assert visit.page.evaluate("window.wasLoaded") == "once"
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.page.locator(".copied button").click()
    expect(visit.page.get_by_role("button", name="Copied")).to_be_visible()
    assert visit.page.evaluate("navigator.clipboard.readText()") == "def f():\n    return 1\n"
