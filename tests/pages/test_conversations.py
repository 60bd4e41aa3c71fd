"""The list: what it shows, how it is narrowed, and that its pages show every conversation once."""

from collections.abc import Callable

import pytest

from tests.pages.conftest import Page, Teller, make_answer
from tracing.conversations import Conversation, Turn

Open = Callable[[str], Page]


def find_ids(page: Page) -> list[str]:
    return [link.rpartition("/")[2] for link in page.list_conversations()]


def test_without_any_it_leads_to_the_set_up(teller: Teller, open_page: Open) -> None:
    page = open_page("conversations")
    assert "No conversation has come in yet" in page.text
    assert page.find_links("setup")


def test_a_row_tells_its_first_message_turns_user_model_and_what_was_heard(teller: Teller, open_page: Open) -> None:
    turns = [("How do I reset it?", "Hold the button."), ("Great, thanks!", "You are welcome.")]
    teller.tell("one", turns, user_id="anna", feedback=[teller.thumb("one", 0, "up")])
    page = open_page("conversations")
    assert "1 conversation, newest first" in page.text
    assert "How do I reset it? 2 " in page.text
    assert "anna – gpt-x" in page.text
    assert "went well: Thumb up" in page.text
    assert 'aria-label="Undertone: turn 1: Thumb up' in page.html


def test_pages_of_the_list_show_each_once_newest_first(teller: Teller, open_page: Open) -> None:
    told = [f"c-{index:03}" for index in range(120)]
    with teller.together():
        for index, name in enumerate(told):
            teller.tell(name, age_hours=1 + (index // 3))
    seen: list[str] = []
    page = open_page("conversations")
    for _ in range(5):
        seen += find_ids(page)
        older = page.find_links("cursor=")
        if not older:
            break
        page = open_page(f"conversations{older[-1]}")
    assert sorted(seen) == told
    ages = [int(name[2:]) // 3 for name in seen]
    assert ages == sorted(ages)


def test_a_made_up_cursor_leads_to_the_start(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    assert find_ids(open_page("conversations?cursor=%F0%9F%92%A9")) == ["one"]


@pytest.fixture
def varied(teller: Teller) -> Teller:
    teller.tell("plain", [("Tell me of whales", "They sing.")], service_name="sea", environment="test", user_id="bo")
    teller.tell("down", feedback=[teller.thumb("down", 0, "down")], service_name="shop", environment="production")
    stopped = make_answer("Once", teller.now_ns, "stop", outcome="stopped", ended_by="client", model="tiny")
    teller.write(Conversation(teller.project.pk, "stopped", (Turn(0, "A story", stopped),), user_id="anna"))
    teller.tell("old", age_hours=20 * 24)
    return teller


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"plain", "down", "stopped", "old"}),
        ("signal=early_termination", {"stopped"}),
        ("thumbs=down", {"down"}),
        ("thumbs=up", set()),
        ("outcome=stopped", {"stopped"}),
        ("service_name=sea", {"plain"}),
        ("environment=production", {"down"}),
        ("model=tiny", {"stopped"}),
        ("user_id=anna", {"stopped"}),
        ("q=WHALES", {"plain"}),
        ("q=they+sing", {"plain"}),
        ("q=%27%3B+DROP+TABLE+turns%3B+--", set()),
        ("q=%00%5C%27", set()),
        ("range=7d", {"plain", "down", "stopped"}),
        ("range=7d&q=button&thumbs=down", {"down"}),
        ("q=-button+user%3Abo", {"plain"}),
        ("q=outcome%3Astopped,error+time%3A7d&model=tiny", {"stopped"}),
    ],
)
def test_filters_of_the_address_narrow_the_list(
    varied: Teller, open_page: Open, query: str, expected: set[str]
) -> None:
    page = open_page(f"conversations?{query}")
    assert set(find_ids(page)) == expected
    if query and expected:
        assert f"{len(expected)} of 4:" in page.text


def test_no_match_names_the_filters_and_offers_to_clear_them(varied: Teller, open_page: Open) -> None:
    page = open_page("conversations?q=zebra&thumbs=up&range=24h")
    assert "The filters are: last 24 hours, with a thumb up, containing “zebra”." in page.text
    assert "There are 4 conversations without them." in page.text
    assert "/p/default/conversations" in page.find_links("conversations")


def test_a_wrong_search_is_marked_below_the_box_and_escaped(varied: Teller, open_page: Open) -> None:
    page = open_page("conversations?q=%3Cb%3E+modle%3Ax&thumbs=up")
    assert page.status == 200
    assert "<pre>&lt;b&gt; modle:x\n    ^</pre>" in page.html
    assert "Unknown field `modle` at character 5: did you mean `model`?" in page.text
    assert 'value="&lt;b&gt; modle:x"' in page.html
    assert not page.list_conversations()


def test_a_value_that_no_selector_offers_is_told(varied: Teller, open_page: Open) -> None:
    assert (
        "`outcome` is one of completed, stopped, truncated, error, not `gone`."
        in open_page("conversations?outcome=gone").text
    )


def test_a_conversation_opened_from_a_wrong_search_stands_alone(varied: Teller, open_page: Open) -> None:
    assert open_page("conversations/plain?q=modle%3Ax").status == 200


def test_conditions_are_told_in_words(varied: Teller, open_page: Open) -> None:
    q = "-signal%3Arephrase+turns%3E%3D1+latency%3C1m+time%3C1d+user%3A%22%22+-zebra+tell+me"
    text = open_page(f"conversations?q={q}").text
    expected = "without “Asked again in other words”, turns at least 1, latency under 1m, before 1d ago, user none"
    assert f"{expected}, not containing “zebra”, containing “tell me”" in text


def test_a_kind_of_signal_is_told_by_its_title_even_where_an_outcome_has_the_same_name(
    varied: Teller, open_page: Open
) -> None:
    assert (
        "of 4: with “Error”, with an answer that is failed"
        in open_page("conversations?signal=error&outcome=error").text
    )


def test_what_the_search_takes_is_listed(varied: Teller, open_page: Open) -> None:
    text = open_page("conversations").text
    assert "latency>=2s How long it took" in text
    assert "score>" not in text  # that is of signals


def test_a_conversation_told_again_stands_once(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    teller.tell("one", [("How do I reset it?", "Hold the button."), ("Thanks", "Sure.")])
    page = open_page("conversations")
    assert find_ids(page) == ["one"]
    assert "1 conversation, newest first" in page.text


def test_another_project_sees_nothing_of_it(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    other = type(teller.project).objects.create(slug="other", name="Other")
    assert "No conversation has come in yet" in open_page(f"/p/{other.slug}/conversations").text
    assert open_page(f"/p/{other.slug}/conversations/one").status == 404
