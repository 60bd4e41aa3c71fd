"""Every page says what it has and what it needs, with no conversation, one, ten, a hundred and a thousand."""

import re
from collections.abc import Callable
from html import unescape

from tests.isolation.routes import QUERIES, list_routes
from tests.pages.conftest import Page, Teller

Open = Callable[[str], Page]
COPIED = {"conversations": "", "turns": "", "signals": "", "feedback": ", concat(identifier, suffix) AS identifier"}
"""What a told conversation has in the store, and what besides its id has to differ in a copy."""
FEWEST_WORDS = 12
"""A page with fewer between its title and its end leaves whoever comes to it alone."""
NO_PAGES = {"count_arrivals", "count_dataset", "download_dataset", "find_results", "setup_arrival"}
"""Parts of pages, and a file that is built while it is sent."""


def list_pages() -> list[str]:
    """Those of a project that need nothing else to be there, after its address."""
    found = []
    for route in list_routes():
        requirement = route.find_requirement("GET")
        is_page = not route.is_rest and set(route.parts) == {"project"} and not NO_PAGES & set(route.names)
        if is_page and requirement and requirement.right:
            query = next((QUERIES[name] for name in route.names if name in QUERIES), "")
            found.append(route.path.removeprefix("/p/{project}/") + (f"?{query}" if query else ""))
    return found


def fill(teller: Teller, conversations: int) -> None:
    """As many conversations as that, of which the first ten were told and the rest are copies of them."""
    if conversations <= 10:
        with teller.together():
            for index in range(1 if conversations > 1 else 0, conversations):
                tell(teller, index)
        return
    held = conversations // 10
    for table, more in COPIED.items():
        teller.store.execute(
            f"INSERT INTO {table} WITH concat('-', toString(number)) AS suffix "  # noqa: S608 -- our tables
            f"SELECT told.* REPLACE(concat(conversation_id, suffix) AS conversation_id{more}) "
            f"FROM (SELECT * FROM {table}) AS told CROSS JOIN (SELECT number FROM numbers({held}, 9)) AS copies"
        )


def tell(teller: Teller, index: int) -> None:
    told = [("How do I reset it?", "Hold the button."), ("That is wrong, it has no button.", "Then pull the plug.")]
    name, age = f"c{index}", 1 + 5 * index
    feedback = [teller.thumb(name, 0, "down")] if index % 3 == 0 else []
    teller.tell(name, told[: 1 + index % 2], age_hours=age, feedback=feedback, user_id=f"u{index % 4}")


def read_main(page: Page) -> str:
    return re.sub(r"(?s).*<main\b|</main>.*", "", page.html)


def read_words(page: Page) -> list[str]:
    """The words of what a page shows, without its menus."""
    main = re.sub(r'(?s)<nav\b.*?</nav>|<div class="tools">.*?</div>', " ", read_main(page))
    return unescape(re.sub(r"<[^>]+>", " ", main.partition(">")[2])).split()


SAID = {
    0: {
        "": "Nothing has been heard yet",
        "conversations": "No conversation has come in yet",
        "traces": "No trace has come in yet",
        "users": "No user is known yet",
        "failure-modes": "It takes 5 of them",
        "failure-modes/contradictions?wait=yes": "Connect an app",
        "drift": "it takes three weeks of conversations",
        "alerts": "Nothing has alerted yet",
        "review": "No conversation has come in",
        "datasets": "A dataset needs judged answers",
        "comparisons": "Nothing was compared yet",
        "returns": "No user is known yet",
        "tasks": "No agent has worked yet",
        "setup": "Waiting for your first span",
    },
    1: {
        "": "One conversation so far: read it.",
        "failure-modes": "of 30 failing conversations",
        "drift": "There is 1 conversation",
        "review": "Nobody was asked anything yet",
        "setup": "Your first conversation is here",
    },
    10: {"setup": "10 conversations are here", "drift": "There are 10 conversations"},
    100: {"setup": "100 conversations are here", "drift": "There are 100 conversations"},
    1000: {"setup": "1,000 conversations are here", "drift": "There are 1,000 conversations"},
}
"""By how many conversations there are, what pages have to say."""


def test_each_page_says_what_it_has_and_needs_at_every_size(teller: Teller, open_page: Open) -> None:
    paths = list_pages()
    assert len(paths) > 40
    faults = []
    for size, said in SAID.items():
        fill(teller, size)
        for path in dict.fromkeys([*paths, *said]):
            page = open_page(path)
            page.response.close()
            words = read_words(page) if page.html else []
            if page.status not in (200, 302, 405, 409) or (page.html and len(words) < FEWEST_WORDS):
                faults.append(f"{size}: /{path}: {page.status}, {' '.join(words)!r}")
            if said.get(path, "") not in " ".join(words):
                faults.append(f"{size}: /{path} does not say {said[path]!r}: {' '.join(words)[:400]!r}")
    assert not faults, "\n".join(faults)
