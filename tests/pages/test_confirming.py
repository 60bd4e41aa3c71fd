"""People say which signals are right: on the page, with and without a script, and what follows from it."""

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from feedback.confirmations import MISSABLE, SignalKey, decode_key, identify_signal, load_confirmations
from feedback.detectors import Signal, detect_signals
from feedback.detectors.material import Material
from feedback.flywheel.reading import read_batch
from feedback.records import ConversationSignals, load_signals, write_signals
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry
from tracing.records import load_conversations

Open = Callable[[str], Page]
BAD = [("How do I reset it?", "Hold it."), ("This is awful, I hate it!", "Sorry."), ("And now?", "Wait.")]
JUDGE = "/p/default/signals/judge"
MISSED = "/p/default/signals/missed"


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})


def find_tone(teller: Teller, name: str = "a") -> Signal:
    heard = load_signals(teller.store, teller.project.pk, [name])[name]
    return next(each for each in heard if (each.kind, each.turn_index) == ("sentiment", 1))


def name_tone(teller: Teller, name: str = "a") -> str:
    tone = find_tone(teller, name)
    return SignalKey(name, tone.turn_index, tone.kind, tone.label, tone.span_id).encode()


def derive_again(teller: Teller, name: str) -> None:
    conversation = load_conversations(teller.store, teller.project.pk, [name])[name]
    found = [ConversationSignals(conversation, detect_signals(Material(conversation)))]
    teller.versions += 10**6
    write_signals(teller.store, teller.project.pk, found, [name], teller.versions)


def test_what_is_rejected_is_struck_and_counts_nowhere(teller: Teller, open_page: Open, client: Client) -> None:
    teller.tell("a", BAD)
    assert open_page("conversations?signal=sentiment").list_conversations()
    answer = client.post(JUDGE, {"signal": name_tone(teller), "verdict": "rejected", "query": "service_name=x"})
    assert answer.headers["Location"] == "/p/default/conversations/a?service_name=x&turn=2#turn-2"
    page = open_page("conversations/a")
    assert 'class="observation rejected"' in page.html
    assert "said to be wrong by local" in page.text
    assert not open_page("conversations?signal=sentiment").list_conversations()
    tone = find_tone(teller)
    assert (tone.fired, tone.stands) == (True, False)  # the raw signal stays
    listed = json.loads(client.get("/api/v1/signals?kind=sentiment&q=fired:true").content)["items"]
    assert [(each["fired"], each["verdict"]) for each in listed] == [(True, "rejected")]
    assert not json.loads(client.get("/api/v1/signals?kind=sentiment&verdict=confirmed").content)["items"]
    summary = json.loads(client.get("/api/v1/conversations").content)["items"][0]
    assert "sentiment" not in summary["signal_kinds"]
    [labelled] = read_batch(teller.store, teller.project.pk, ["a"])
    assert not any(signal.stands for signal in labelled.signals if signal.kind == "sentiment")


def test_what_is_rejected_marks_no_words(teller: Teller, open_page: Open, client: Client) -> None:
    teller.tell("a", BAD)
    assert "<mark" in open_page("conversations/a").html
    for signal in load_signals(teller.store, teller.project.pk, ["a"])["a"]:
        client.post(JUDGE, {"signal": identify_signal("a", signal).encode(), "verdict": "rejected"})
    assert "<mark" not in open_page("conversations/a").html


def test_what_was_said_outlives_the_signal_being_derived_again_and_can_be_taken_back(
    teller: Teller, open_page: Open, client: Client
) -> None:
    teller.tell("a", BAD)
    client.post(JUDGE, {"signal": name_tone(teller), "verdict": "rejected"})
    derive_again(teller, "a")
    assert find_tone(teller).is_rejected
    client.post(JUDGE, {"signal": name_tone(teller), "verdict": ""})
    assert find_tone(teller).confirmation is None
    assert open_page("conversations?signal=sentiment").list_conversations()
    assert not load_confirmations(teller.store, teller.project.pk, ["a"])


def test_an_uncertain_signal_that_is_confirmed_counts(teller: Teller, open_page: Open, client: Client) -> None:
    teller.tell("a", BAD)
    signal = find_tone(teller)
    row = {"conversation_id": "a", "kind": "rephrase", "score": 0.5, "polarity": -1, "span_id": signal.span_id}
    columns = {name: [value] for name, value in row.items()} | {"turn_index": [1], "evidence": ["{}"], "version": [1]}
    teller.store.insert("signals", {"project_id": [teller.project.pk], **columns})
    assert not open_page("conversations?signal=rephrase").list_conversations()
    key = SignalKey("a", 1, "rephrase", "", signal.span_id).encode()
    client.post(JUDGE, {"signal": key, "verdict": "confirmed"})
    assert open_page("conversations?signal=rephrase").list_conversations()
    assert "signal=rephrase" in open_page("").html


def test_with_a_script_the_part_alone_comes_back(teller: Teller, client: Client) -> None:
    teller.tell("a", BAD)
    given = {"signal": name_tone(teller), "verdict": "confirmed"}
    answer = client.post(JUDGE, given, headers={"HX-Request": "true"})
    assert answer.content.decode().strip().startswith('<div class="observation confirmed">')
    assert 'aria-pressed="true"' in answer.content.decode()


def test_a_press_is_a_form_for_a_person_with_a_keyboard_and_no_script(teller: Teller, open_page: Open) -> None:
    teller.tell("a", BAD)
    html = open_page("conversations/a").html
    form = html.partition(f'action="{JUDGE}"')[2].partition("</form>")[0]
    assert re.findall(r'<button type="submit" [^>]*name="verdict" value="(\w*)"', form) == ["confirmed", "rejected"]
    key = decode_key(unescape(re.findall(r'name="signal" value="([^"]*)"', form)[0]))
    assert key is not None
    assert (key.conversation_id, key.turn_index) == ("a", 1)


def test_a_thumb_can_be_neither_right_nor_wrong(teller: Teller, client: Client) -> None:
    teller.tell("a", feedback=[teller.thumb("a", 0, "down")])
    key = SignalKey("a", 0, "thumbs", "down", "a-0-span").encode()
    client.post(JUDGE, {"signal": key, "verdict": "rejected"})
    assert not load_confirmations(teller.store, teller.project.pk, ["a"])


def test_a_message_that_was_missed_is_said_and_taken_back(teller: Teller, open_page: Open, client: Client) -> None:
    teller.tell("a", BAD)
    turn = SignalKey("a", 2, "").encode()
    assert f'name="signal" value="{turn}"' in open_page("conversations/a").html
    heard = load_signals(teller.store, teller.project.pk, ["a"])["a"]
    unheard = next(kind for kind in MISSABLE if kind not in {each.kind for each in heard if each.turn_index == 2})
    client.post(MISSED, {"signal": turn, "kind": unheard})
    page = open_page("conversations/a?turn=3")
    assert "said by a person; no detector heard it" in page.text
    [said] = load_confirmations(teller.store, teller.project.pk, ["a"])["a"]
    assert (said.key.kind, said.key.span_id, said.fired, said.score) == (unheard, "a-1-span", False, None)
    client.post(JUDGE, {"signal": said.key.encode(), "verdict": ""})
    assert "said by a person" not in open_page("conversations/a").text


@pytest.mark.parametrize(("turn", "kind"), [(0, "complaint"), (9, "complaint"), (1, "slow"), (1, "<b>")])
def test_what_cannot_be_missing_is_told_and_not_kept(
    teller: Teller, open_page: Open, client: Client, turn: int, kind: str
) -> None:
    teller.tell("a", BAD)
    answer = client.post(MISSED, {"signal": SignalKey("a", turn, "").encode(), "kind": kind}, follow=True)
    assert 'class="notice" role="status"' in answer.content.decode()
    assert "<b>" not in answer.content.decode().partition("<h1")[2].partition("tone-line")[0].replace("<b>“", "")
    assert not load_confirmations(teller.store, teller.project.pk, ["a"])


@pytest.mark.parametrize("given", [{}, {"signal": "x"}, {"signal": "W10", "verdict": "rejected"}])
def test_a_form_that_names_nothing_is_refused(teller: Teller, client: Client, given: dict[str, str]) -> None:
    assert client.post(JUDGE, given).status_code == 404
    assert client.post(MISSED, given).status_code == 404


@pytest.mark.parametrize("name", ["a/b c", "a\nb", "<script>", "\u202e会話", "~x"])
def test_any_conversation_can_be_judged(teller: Teller, client: Client, open_page: Open, name: str) -> None:
    teller.tell(name, BAD)
    answer = client.post(JUDGE, {"signal": name_tone(teller, name), "verdict": "rejected"})
    assert find_tone(teller, name).is_rejected
    assert open_page(answer.headers["Location"]).status == 200


@pytest.mark.usefixtures("quick_passwords")
@pytest.mark.parametrize(("role", "may"), [(Role.VIEWER, False), (Role.REVIEWER, True)])
def test_reviewers_judge_and_viewers_look(teller: Teller, role: Role, may: bool) -> None:
    teller.tell("a", BAD)
    key = name_tone(teller)
    make_user("bo@example.org", teller.project, role)
    person = log_in("bo@example.org")
    assert (JUDGE in read(person.get("/p/default/conversations/a"))) == may
    assert person.post(JUDGE, {"signal": key, "verdict": "rejected"}).status_code == (302 if may else 403)
    assert find_tone(teller).is_rejected == may
    entries = list(AuditEntry.objects.exclude(action="log_in").values_list("action", "actor", "target"))
    assert entries == ([("judge_signal", "bo@example.org", "a")] if may else [])
