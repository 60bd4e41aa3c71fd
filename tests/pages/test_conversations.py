"""The list: what it shows, how it is narrowed, and that its pages show every conversation once."""

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qsl, urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from feedback.conversation_rows import READ_AT_ONCE
from feedback.labels import OUTCOME, load_own_verdicts
from feedback.models import ReviewQueue
from feedback.pages.list_columns import USUAL
from tests.pages.conftest import HOUR_NS, Page, Teller, make_answer
from tracing.conversations import Conversation, Turn
from tracing.models import AuditEntry

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
    assert "How do I reset it? went well: Thumb up went well: Praised" in page.text
    assert re.search(r"2 anna – gpt-x", page.text)
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


def test_selectors_tell_how_many_conversations_each_value_has(teller: Teller, open_page: Open) -> None:
    for index, environment in enumerate(("items", "items", "test")):  # `items` is also what a template calls pairs
        teller.tell(f"c-{index}", environment=environment)
    html = open_page("conversations?environment=gone").html
    for option in ('items">items (2)', 'test">test (1)', 'gone" selected>gone', 'completed">complete (3)'):
        assert f'<option value="{option}</option>' in html


def test_each_filter_is_a_chip_that_leads_to_the_list_without_it(varied: Teller, open_page: Open) -> None:
    query = urlencode({"thumbs": "down", "q": "hold button cost<1 -whales", "sort": "dissatisfied", "columns": "turns"})
    page = open_page(f"conversations?{query}")
    chips = re.findall(r'<li><a class="chip" href="([^"]*)".*?dir="auto">([^<]*)<', page.html)
    found = {unescape(words): dict(parse_qsl(unescape(address)[1:])) for address, words in chips}
    kept = {"sort": "dissatisfied", "columns": "turns"}
    assert found == {
        "with a thumb down": kept | {"q": "hold button cost<1 -whales"},
        "cost under 1": kept | {"thumbs": "down", "q": "hold button -whales"},
        "not containing “whales”": kept | {"thumbs": "down", "q": "hold button cost<1"},
        "containing “hold button”": kept | {"thumbs": "down", "q": "cost<1 -whales"},
    }


def test_columns_are_chosen_in_the_address(varied: Teller, open_page: Open) -> None:
    usual = open_page("conversations")
    assert "gpt-x" in usual.text
    assert '<th scope="col" class="c-service"' not in usual.html
    chosen = open_page("conversations?column=&column=service&column=environment&q=whales&view=7")
    assert chosen.response.headers["Location"].endswith("/conversations?q=whales&columns=service%2Cenvironment&view=7")
    page = open_page("conversations?columns=environment,service,no-such")
    assert re.findall(r'<th scope="col" class="([^"]*)"', page.html) == ["pick", "first", "c-service", "c-environment"]
    assert "Tell me of whales sea test" in page.text
    assert open_page("conversations?column=").response.headers["Location"].endswith("?columns=none")
    usual_again = open_page(f"conversations?{urlencode([('column', name) for name in USUAL])}")
    assert usual_again.response.headers["Location"].endswith("/conversations?")


def test_the_columns_of_failures_and_figures_are_there_to_be_chosen(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    text = open_page("conversations?columns=failure_mode,tokens,slowest").text
    assert "first message failure mode slowest tokens" in text
    assert "How do I reset it? 2.0 s –" in text


def test_rows_of_machines_are_told_apart(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    assert '<tr data-row data-id="one">' in open_page("conversations").html


def test_the_panel_shows_turns_what_was_heard_and_where_it_opens_whole(teller: Teller, open_page: Open) -> None:
    turns = [("How do I reset it?", "Hold **the** button."), ("Great, thanks!", "You are welcome.")]
    teller.tell("one/two", turns, user_id="anna", feedback=[teller.thumb("one/two", 0, "up")])
    page = open_page("conversation-panels/one/two?q=button&sort=dissatisfied")
    assert page.status == 200
    assert "“How do I reset it?” Open Close" in page.text
    assert "Hold the button. Thumb up" in page.text
    assert "<strong>the</strong>" in page.html
    assert page.find_links("conversations/one/two") == ["/p/default/conversations/one/two?q=button"]
    assert "/p/default/conversations?q=button&sort=dissatisfied" in page.find_links("conversations?")
    assert "<html" not in page.html


def test_the_panel_of_the_address_stands_beside_the_list(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    page = open_page("conversations?peek=one")
    assert "Hold the button." in page.text
    assert find_ids(page) == ["one"]
    assert "There is no such conversation" in open_page("conversations?peek=gone").text
    assert open_page("conversation-panels/gone").status == 404


def test_what_came_since_is_counted(varied: Teller, open_page: Open) -> None:
    since_ns = varied.now_ns - 2 * HOUR_NS
    assert open_page(f"conversations-since?since={since_ns}").text == "3 new · show"
    page = open_page(f"conversations-since?since={since_ns}&thumbs=down")
    assert page.text == "1 new · show"
    assert page.find_links("conversations") == ["/p/default/conversations?thumbs=down"]
    assert open_page(f"conversations-since?since={varied.now_ns}").html == ""
    assert open_page("conversations-since?since=x&q=modle%3Ax").html == ""
    rows = open_page("conversations").html
    assert f'data-since="{varied.now_ns}"' in rows
    assert "data-since" not in open_page("conversations?sort=dissatisfied").html


Send = Callable[..., HttpResponse]


@pytest.fixture
def send(varied: Teller) -> Send:
    client = Client(headers={"host": "localhost"})

    def post(path: str, *, follow: bool = False, **fields: object) -> HttpResponse:
        return client.post(f"/p/{varied.project.slug}/picked/{path}", fields, follow=follow)

    return post


def test_those_ticked_are_judged_and_that_is_undone(varied: Teller, send: Send) -> None:
    def find_verdicts() -> dict[str, str]:
        names = ["plain", "down", "old", "gone"]
        return load_own_verdicts(varied.store, varied.project.pk, names, OUTCOME, "local")

    send("judge", conversation=["down"], verdict="satisfied")
    answer = send("judge", conversation=["plain", "down", "gone"], verdict="dissatisfied", query="range=7d")
    html = answer.content.decode()
    assert "2 conversations judged dissatisfied." in html
    assert 'href="/p/default/conversations?range=7d"' in html
    assert find_verdicts() == {"plain": "dissatisfied", "down": "dissatisfied"}
    [undo] = re.findall(r'name="undo" value="([^"]*)"', html)
    assert "Taken back in 2 conversations." in send("judge", undo=undo).content.decode()
    assert find_verdicts() == {"down": "satisfied"}
    assert "cannot be undone" in send("judge", undo=undo[:-1] + "~", follow=True).content.decode()


def test_all_that_match_are_judged(varied: Teller, send: Send) -> None:
    answer = send("judge", of="all", query="service_name=sea&columns=turns", verdict="satisfied")
    assert "1 conversation judged satisfied." in answer.content.decode()
    names = ["plain", "down"]
    assert load_own_verdicts(varied.store, varied.project.pk, names, OUTCOME, "local") == {"plain": "satisfied"}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"verdict": "satisfied"}, "Tick conversations first"),
        ({"verdict": "so-so", "conversation": "plain"}, "Say whether they were satisfied"),
        ({"verdict": "satisfied", "of": "all", "query": "q=modle%3Ax"}, "Unknown field `modle`"),
    ],
)
def test_what_cannot_be_judged_is_told_on_the_list(
    varied: Teller, send: Send, fields: dict[str, str], problem: str
) -> None:
    answer = send("judge", follow=True, **fields)
    assert answer.redirect_chain[0][1] == 302
    assert problem in answer.content.decode()


def test_a_table_of_those_ticked_is_safe_for_spreadsheets(teller: Teller, send: Send) -> None:
    teller.tell("evil", [('=1+1,\n"x"', "No.")], user_id="@anna")
    answer = send("download", conversation=["evil"], **{"as": "csv"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tacit-default-conversations.csv"'
    [row] = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert (row["conversation_id"], row["first_message"], row["user_id"]) == ("evil", '\'=1+1,\n"x"', "'@anna")


def test_json_lines_of_all_that_match_hold_what_rest_holds(varied: Teller, send: Send) -> None:
    answer = send("download", of="all", query="range=7d", **{"as": "jsonl"})
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
    assert {each["conversation_id"] for each in lines} == {"plain", "down", "stopped"}
    assert lines[0].keys() >= {"signal_kinds", "dissatisfied", "failure_mode", "first_time", "turn_count"}
    assert send("download", of="all", **{"as": "exe"}).status_code == 302


def test_more_than_are_read_at_once_are_all_in_the_file(teller: Teller, send: Send) -> None:
    with teller.together():
        for number in range(READ_AT_ONCE + 7):
            teller.tell(f"c-{number}")
    answer = send("download", of="all", query="q=reset", **{"as": "jsonl"})
    assert len(b"".join(answer.streaming_content).splitlines()) == READ_AT_ONCE + 7 + 2


def test_those_ticked_become_a_review_queue_with_all_of_them(varied: Teller, send: Send) -> None:
    answer = send("review", conversation=["plain", "down"], question="outcome")
    queue = ReviewQueue.objects.get()
    assert answer.headers["Location"] == f"/p/default/review/{queue.number}"
    assert queue.filter == "conversation:plain,down"
    assert set(queue.items.values_list("conversation_id", "propensity")) == {("plain", 1.0), ("down", 1.0)}
    whole = send("review", of="all", query="service_name=sea", question="reaction")
    assert whole.headers["Location"] == "/p/default/review/new?question=reaction&q=service%3Asea"
    many = send("review", conversation=[f"{'x' * 90}{number}" for number in range(60)], question="outcome")
    assert many.headers["Location"] == "/p/default/conversations"


QUOTED = 'conversation:plain,"a b"'


def test_those_ticked_lead_to_a_dataset_of_them(varied: Teller, send: Send) -> None:
    location = send("dataset", conversation=["plain", "a b"]).headers["Location"]
    assert location == f"/p/default/datasets/new?{urlencode({'q': QUOTED})}"


def test_judging_and_exporting_stand_in_the_audit_log(varied: Teller, send: Send) -> None:
    send("judge", conversation=["plain", "down"], verdict="satisfied")
    send("download", conversation=["plain"], **{"as": "csv"})
    told = {entry.action: (entry.target, entry.details) for entry in AuditEntry.objects.all()}
    assert told["judge_picked"] == ("", {"conversations": 2, "verdict": "satisfied"})
    assert told["download_picked"] == ("csv", {"is_filtered": True})
