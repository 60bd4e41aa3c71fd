"""An invitation from end to end in a real browser: made, handed over, accepted, and what is seen then."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pages_in_browser import SMALL_TARGETS, open_page
from tests.conftest import Server
from tests.pages.conftest import Teller
from tests.pages.people import PASSWORD, make_user
from tracing.access.rights import Role
from tracing.models import Project

NEW = "new@example.org"
CHOSEN = "words that nobody guesses"


@pytest.fixture
def shop(server: Server) -> Project:
    """A project beside `default`, both with a conversation; olga owns it alone."""
    shop = Project.objects.create(slug="shop", name="Shop")
    Teller(shop, server.store).tell("sold", [("Where is my order?", "On its way.")])
    Teller(server.project, server.store).tell("secret", [("What nobody else may read", "Yes.")])
    make_user("olga@example.org", shop, Role.OWNER)
    return shop


def log_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_who_is_invited_comes_in_and_sees_that_project_alone(
    shop: Project, server: Server, chromium: Browser, javascript: bool
) -> None:
    with open_page(chromium, javascript=javascript) as page:
        page.goto(f"{server.url}/p/shop/settings/members")
        log_in(page, "olga@example.org")
        page.get_by_label("E-mail").fill(NEW)
        page.get_by_label("Role").select_option("editor")
        page.get_by_role("button", name="Make a link").click()
        link = page.locator("#invitation-link").inner_text().strip()
        expect(page.get_by_role("row", name=NEW)).to_contain_text("editor")

    with open_page(chromium, javascript=javascript) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.headers.get("referer", "")))
        page.goto(link)
        assert page.url == f"{server.url}/invitation"
        page.get_by_label("Password").fill(CHOSEN)
        page.get_by_label("The same again").fill(CHOSEN)
        page.get_by_role("button", name="Create my account and join").click()
        page.wait_for_url("**/p/shop/")
        page.get_by_role("link", name="Conversations", exact=True).click()
        expect(page.get_by_text("Where is my order?")).to_be_visible()
        expect(page.get_by_role("link", name="Members")).to_have_count(0)
        assert [referer for referer in asked if "/invitations/" in referer] == []
        page.get_by_role("button", name="Log out").click()
        log_in(page, NEW.upper(), CHOSEN)
        page.wait_for_url("**/p/shop/")

    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/p/default/conversations")
    log_in(page, NEW, CHOSEN)
    expect(page.get_by_role("heading", name="Not here")).to_be_visible()
    assert "nobody else" not in page.content()
    assert page.goto(link).status == 404  # type: ignore[union-attr]
    expect(page.get_by_text("does not hold any more")).to_be_visible()
    context.close()


@pytest.mark.parametrize(("width", "projects"), [(1280, 3), (360, 20)])
def test_pages_of_people_fit_their_width_and_can_be_hit(
    shop: Project, server: Server, chromium: Browser, width: int, projects: int
) -> None:
    make_user("somebody.with.a.very.long.name.indeed@subdomain.of.a.long.company.example.org", shop)
    make_user("root@example.org", superuser=True)
    for number in range(projects):
        Project.objects.create(slug=f"p-{number}", name=f"A project with a long name, {'w' * 70} {number}")
    with open_page(chromium, width=width) as page:
        page.goto(f"{server.url}/login")
        log_in(page, "root@example.org")
        for path in ("/account", "/projects", "/p/shop/settings/members", "/p/shop/settings/project", "/p/shop/"):
            page.goto(server.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(SMALL_TARGETS) == [], path
        page.goto(f"{server.url}/p/shop/settings/members")
        page.get_by_label("E-mail").fill(NEW)
        page.get_by_role("button", name="Make a link").click()
        link = page.locator("#invitation-link").inner_text().strip()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.goto(link)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.get_by_text("You are logged in as root@example.org")).to_be_visible()
