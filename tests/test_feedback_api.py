"""Feedback that is told over REST: what is taken and refused, what replaces what, and that nothing kept is lost."""

import json
import signal
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import tacit
from tacit import attributes as keys

from feedback.api_feedback import MOST_ITEMS_OF_PROGRAMS
from tests.config.platform_process import run_platform
from tests.conftest import Server
from tests.tracing.otlp import insert_spans, make_span, make_span_id, make_trace_id
from tests.tracing.reading import call_model
from tests.tracing.sending import failing_store
from tests.tracing.test_access import Answer, ask
from tracing.access.keys import create_key
from tracing.access.rights import Scope
from tracing.models import Project

FEEDBACK = "/api/v1/feedback"
THUMB = {"name": "thumbs", "label": "down", "conversation_id": "c"}
MESSAGE = keys.MESSAGE_ID.replace(".", "__")


def send(server: Server, body: object, **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(server, FEEDBACK, "POST", data, **({"Content_Type": "application/json"} | headers))


def tell(server: Server, body: object, **headers: str) -> Any:
    answer = send(server, body, **headers)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def list_feedback(server: Server, **filters: str) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    items: list[dict[str, Any]] = server.get_json(f"feedback?limit=1000&{query}")["items"]
    return items


def say(
    server: Server, trace: int = 1, number: int = 1, conversation: str = "c", message: str = "", **attributes: str
) -> None:
    """A model call of a conversation comes in, a minute after it began."""
    named = ({MESSAGE: message} if message else {}) | attributes
    began = {"start_time_unix_nano": time.time_ns() - 60 * 10**9, "end_time_unix_nano": time.time_ns() - 59 * 10**9}
    call = call_model(gen_ai__conversation__id=conversation, **named)
    insert_spans(server.store, make_span(number, trace, call, **began))


def hear(server: Server, conversation: str = "c") -> list[str]:
    """Labels of the thumbs that were heard in a conversation."""
    server.derive()
    return [each["label"] for each in server.get_json(f"signals?conversation_id={conversation}&kind=thumbs")["items"]]


def test_one_piece_of_feedback_is_kept_as_it_was_told(server: Server) -> None:
    told = {
        "name": "rating",
        "score": 4,
        "label": "good",
        "explanation": "It helped",
        "correction": "Nearly",
        "metadata": {"page": "/basket", "tries": [1, None]},
        "identifier": "r/1 a",
        "conversation_id": "c",
        "trace_id": "A" * 32,
        "span_id": "B" * 16,
        "message_id": "m",
    }
    assert tell(server, told) == {"accepted": 1, "rejected": []}
    [kept] = list_feedback(server)
    assert time.time() - time.mktime(time.strptime(kept.pop("time")[:19], "%Y-%m-%dT%H:%M:%S")) < 60
    assert kept == told | {"annotator_kind": "HUMAN", "trace_id": "a" * 32, "span_id": "b" * 16}


def test_a_time_of_its_own_is_kept(server: Server) -> None:
    tell(server, THUMB | {"time": "2026-01-02T10:00:00.000001+02:00"})
    assert list_feedback(server)[0]["time"] == "2026-01-02T08:00:00.000001Z"


def test_a_list_is_kept_but_for_its_bad_items(server: Server) -> None:
    items = [THUMB, {"name": "thumbs"}, THUMB | {"conversation_id": "d"}, 7, THUMB | {"scroe": 1}]
    answer = tell(server, items)
    assert answer["accepted"] == 2
    assert [each["index"] for each in answer["rejected"]] == [1, 3, 4]
    assert "`scroe`: There is no such field." in answer["rejected"][2]["reason"]
    assert {each["conversation_id"] for each in list_feedback(server)} == {"c", "d"}


def test_a_thousand_at_once_and_no_more(server: Server) -> None:
    items = [THUMB | {"identifier": str(number)} for number in range(MOST_ITEMS_OF_PROGRAMS)]
    assert tell(server, items)["accepted"] == 1000
    assert len(list_feedback(server)) == 1000
    answer = send(server, [*items, THUMB])
    assert answer.status == 422
    assert b"1,001 items; send at most 1,000" in answer.body


def test_nothing_at_all_is_kept(server: Server) -> None:
    assert tell(server, []) == {"accepted": 0, "rejected": []}


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"label": "up"}, ("up", 1.0)),
        ({"label": "DOWN"}, ("down", 0.0)),
        ({"score": 1}, ("up", 1.0)),
        ({"score": 0.0}, ("down", 0.0)),
        ({"score": 0, "label": "down"}, ("down", 0.0)),
        ({"score": None, "label": "up"}, ("up", 1.0)),
    ],
)
def test_a_thumb_is_completed_either_way(server: Server, told: dict[str, Any], kept: tuple[str, float]) -> None:
    tell(server, {"name": "thumbs", "conversation_id": "c"} | told)
    [thumb] = list_feedback(server)
    assert (thumb["label"], thumb["score"]) == kept


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"name": "thumbs", "conversation_id": "c"}, "send `label` (up, down) or `score` (1, 0)"),
        (THUMB | {"label": "sideways"}, "'sideways' is no thumb; send up or down"),
        (THUMB | {"score": 1}, "`label` says down and `score` 1"),
        ({"name": "thumbs", "score": 0.5, "conversation_id": "c"}, "0.5 is no thumb"),
        ({"name": "thumbs", "label": "up"}, "send one of conversation_id, trace_id, span_id, message_id"),
        ({"label": "up", "conversation_id": "c"}, "`name`: This is needed."),
        (THUMB | {"name": " "}, "`name`"),
        (THUMB | {"name": None}, "`name`: This is needed."),
        (THUMB | {"name": "x" * 101}, "`name`: String should have at most 100 characters."),
        (THUMB | {"score": "1"}, "`score`: Input should be a valid number."),
        (THUMB | {"trace_id": "xyz"}, "32 hexadecimal digits"),
        (THUMB | {"span_id": "a" * 32}, "of spans 16"),
        (THUMB | {"annotator_kind": "CAT"}, "`annotator_kind`: Input should be 'HUMAN', 'LLM' or 'CODE'."),
        (THUMB | {"metadata": [1]}, "`metadata`: Input should be"),
        (THUMB | {"metadata": {"a": "x" * 20_000}}, "at most 20,000 are taken"),
        (THUMB | {"explanation": "x" * 100_001}, "at most 100000 characters"),
        (THUMB | {"identifier": "a\nb"}, "control character"),
        (THUMB | {"identifier": 5}, "`identifier`: Input should be a valid string."),
        (THUMB | {"time": 5}, "Write a time as 2026-11-21T08:15:30Z"),
        (THUMB | {"time": "2026-11-21T08:15:30"}, "A time needs its zone"),
        (THUMB | {"time": "2999-01-01T00:00:00Z"}, "is not between 1970 and tomorrow"),
        (THUMB | {"time": "0001-01-01T00:00:00+10:00"}, "`time`"),
        (THUMB | {"time": "9999-12-31T23:59:59-10:00"}, "`time`"),
        ([], "This is no object"),
        (None, "This is no object"),
    ],
)
def test_what_cannot_be_is_refused_in_words(server: Server, item: object, reason: str) -> None:
    answer = tell(server, [item])
    assert answer["accepted"] == 0
    assert reason in answer["rejected"][0]["reason"]
    assert list_feedback(server) == []


@pytest.mark.parametrize(
    "body",
    [
        rb'{"name": "comment", "conversation_id": "c", "explanation": "\ud800"}',
        rb'{"name": "comment", "conversation_id": "c", "metadata": {"\ud800": 1}}',
        rb'{"name": "comment", "conversation_id": "c", "\ud800": 1}',
        b'{"name": "comment", "conversation_id": "c", "score": NaN}',
        b'{"name": "comment", "conversation_id": "c", "score": 1e999}',
        b'{"name": "comment", "conversation_id": "c", "metadata": ' + b'{"a":' * 200 + b"1" + b"}" * 201,
        b'{"name": "comment", "conversation_id": "c", "' + b"x" * 5000 + b'": 1}',
    ],
)
def test_hostile_items_are_refused_shortly(server: Server, body: bytes) -> None:
    answer = json.loads(send(server, body).body)
    assert answer["accepted"] == 0
    assert len(answer["rejected"][0]["reason"]) < 1_000


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"\xff\xfe", 400), (b"[" * 100_000, 400), (b"5", 422), (b'"a"', 422), (b"null", 422)],
)
def test_a_body_that_is_no_feedback_is_a_problem(server: Server, body: bytes, status: int) -> None:
    answer = send(server, body)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")


def test_text_of_any_kind_stays_text(server: Server) -> None:
    text = "'; DROP TABLE feedback; --\x00 {x:String} =cmd|'/c calc'!A1 <script>alert(1)</script> \U0001f600"
    tell(server, THUMB | {"explanation": text, "metadata": {text: text}, "message_id": text})
    [kept] = list_feedback(server)
    assert (kept["explanation"], kept["metadata"], kept["message_id"]) == (text, {text: text}, text)


def test_the_same_identifier_again_replaces(server: Server) -> None:
    tell(server, THUMB | {"identifier": "t1"})
    tell(server, THUMB | {"identifier": "t1", "label": "up", "explanation": "after all"})
    [kept] = list_feedback(server)
    assert (kept["label"], kept["explanation"]) == ("up", "after all")


def test_of_one_list_the_last_item_holds(server: Server) -> None:
    items = [THUMB | {"identifier": "t", "explanation": str(number)} for number in range(50)]
    assert tell(server, items)["accepted"] == 50
    assert [each["explanation"] for each in list_feedback(server)] == ["49"]


def test_a_retry_of_a_body_without_identifiers_counts_once(server: Server) -> None:
    body = [THUMB, THUMB | {"label": "up"}, THUMB | {"conversation_id": "d"}, THUMB | {"time": "2026-11-20T08:00:00Z"}]
    for _ in range(3):
        tell(server, body)
    assert len(list_feedback(server)) == 4


def test_identifiers_are_of_one_project_alone(server: Server) -> None:
    other = Project.objects.create(slug="other", name="Other")
    key = create_key(other, "other", [Scope.WRITE])
    tell(server, THUMB | {"identifier": "t"})
    tell(server, THUMB | {"identifier": "t", "label": "up"}, X_Api_Key=key)
    assert [each["label"] for each in list_feedback(server)] == ["down"]
    assert ask(server, f"{FEEDBACK}/t", "DELETE", X_Api_Key=key).status == 204
    assert [each["label"] for each in list_feedback(server)] == ["down"]


def test_of_what_is_told_within_moments_the_last_that_was_acknowledged_holds(server: Server) -> None:
    """Many senders at once, each repeating one identifier of its own and one that all share."""
    acknowledged: list[tuple[float, str]] = []

    def repeat(sender: int) -> None:
        for number in range(15):
            own = {"identifier": f"own-{sender}", "explanation": str(number)}
            tell(server, [THUMB | own, THUMB | {"identifier": "shared", "explanation": f"{sender}-{number}"}])
            acknowledged.append((time.monotonic(), f"{sender}-{number}"))

    threads = [threading.Thread(target=repeat, args=(sender,)) for sender in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = {each["identifier"]: each["explanation"] for each in list_feedback(server)}
    assert {kept[f"own-{sender}"] for sender in range(6)} == {"14"}
    last = max(acknowledged)[0]
    assert kept["shared"] in {name for at, name in acknowledged if last - at < 0.5}
    tell(server, THUMB | {"identifier": "shared", "explanation": "the end"})
    [shared] = list_feedback(server, identifier="shared")
    assert shared["explanation"] == "the end"


def test_feedback_before_its_span_waits_and_joins(server: Server) -> None:
    targets: list[dict[str, str]] = [
        {"trace_id": make_trace_id(1)},
        {"conversation_id": "d"},
        {"message_id": "m-3"},
        {"span_id": make_span_id(4)},
    ]
    tell(server, [{"name": "thumbs", "label": "down"} | target for target in targets])
    server.derive()
    assert server.get_json("signals")["items"] == []
    say(server, 1, 1, "a")
    say(server, 2, 2, "d")
    say(server, 3, 3, "e", "m-3")
    say(server, 4, 4, "f")
    assert [hear(server, name) for name in ("a", "d", "e", "f")] == [["down"]] * 4


@pytest.mark.parametrize(
    "target",
    [
        {"conversation_id": "c"},
        {"trace_id": make_trace_id(1)},
        {"trace_id": make_trace_id(1), "span_id": make_span_id(1)},
        {"span_id": make_span_id(1).upper()},
        {"message_id": "m-1"},
    ],
)
def test_feedback_after_its_conversation_was_heard_joins(server: Server, target: dict[str, str]) -> None:
    say(server, message="m-1")
    say(server, 2, 2, "other")
    assert hear(server) == []
    told = {"name": "thumbs", "identifier": "t"} | target
    tell(server, told | {"label": "down"})
    assert server.get_json("stats")["lag"]["signals"] > 0
    assert hear(server) == ["down"]
    assert server.get_json("stats")["lag"]["signals"] == 0
    [turn] = server.get_json("conversations/c")["turns"]
    assert [each["identifier"] for each in turn["feedback"]] == ["t"]
    tell(server, told | {"label": "up"})
    assert hear(server) == ["up"]
    assert hear(server, "other") == []


def test_feedback_that_waits_for_its_conversation_is_no_lag(server: Server) -> None:
    say(server)
    server.derive()
    tell(server, {"name": "thumbs", "label": "up", "message_id": "of tomorrow"})
    server.derive()
    assert server.get_json("stats")["lag"]["signals"] == 0


def test_withdrawn_feedback_and_its_signals_are_gone_until_it_is_told_again(server: Server) -> None:
    say(server)
    path = f"{FEEDBACK}/a%2Fb%20c"
    assert ask(server, path, "DELETE").status == 404
    for _ in range(2):
        tell(server, THUMB | {"identifier": "a/b c", "trace_id": make_trace_id(1)})
        assert hear(server) == ["down"]
        assert ask(server, path, "DELETE").status == 204
        assert hear(server) == []
        assert list_feedback(server) == []
        assert ask(server, path, "DELETE").status == 404


def test_a_list_takes_back_what_was_told_with_its_signals(server: Server) -> None:
    say(server)
    tell(server, [THUMB | {"identifier": "a"}, THUMB | {"identifier": "b", "name": "copy", "label": ""}])
    assert hear(server) == ["down"]
    gone = {"identifier": "a", "withdrawn": True}
    assert tell(server, [gone, gone, {"identifier": "never told", "withdrawn": True}])["accepted"] == 3
    assert hear(server) == []
    assert [each["identifier"] for each in list_feedback(server)] == ["b"]
    tell(server, THUMB | {"identifier": "a"})
    assert hear(server) == ["down"]


def test_of_what_a_list_tells_and_takes_back_the_last_holds(server: Server) -> None:
    told, gone = THUMB | {"identifier": "a"}, {"identifier": "a", "withdrawn": True}
    tell(server, [told, gone])
    assert list_feedback(server) == []
    tell(server, [told, gone, told])
    assert len(list_feedback(server)) == 1
    tell(server, [gone, told, gone])
    assert list_feedback(server) == []


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"withdrawn": True}, "`identifier`: This is needed."),
        ({"identifier": "", "withdrawn": True}, "`identifier`"),
        ({"identifier": "a", "withdrawn": False}, "`withdrawn`: Input should be True."),
        (THUMB | {"identifier": "a", "withdrawn": True}, "`name`: There is no such field."),
    ],
)
def test_what_takes_nothing_back_is_refused(server: Server, item: object, reason: str) -> None:
    tell(server, THUMB | {"identifier": "a"})
    answer = tell(server, [item])
    assert (answer["accepted"], len(list_feedback(server))) == (0, 1)
    assert reason in answer["rejected"][0]["reason"]


def test_feedback_that_is_told_of_another_answer_leaves_the_first(server: Server) -> None:
    say(server, 1, 1, "a")
    say(server, 2, 2, "b")
    told = {"name": "thumbs", "label": "down", "identifier": "t"}
    tell(server, told | {"trace_id": make_trace_id(1)})
    assert (hear(server, "a"), hear(server, "b")) == (["down"], [])
    tell(server, told | {"trace_id": make_trace_id(2)})
    assert (hear(server, "a"), hear(server, "b")) == ([], ["down"])
    assert len(list_feedback(server)) == 1


@pytest.mark.usefixtures("sdk")
def test_what_was_told_over_rest_after_a_span_is_not_undone_by_reading_the_span_again(server: Server) -> None:
    with tacit.conversation(id="c"):
        tacit.observe(str.upper)("Why?")
    tacit.feedback(name="thumbs", label="down", identifier="t", conversation_id="c")
    assert hear(server) == ["down"]
    tell(server, THUMB | {"identifier": "t", "label": "up"})
    server.forget_watermarks()
    assert hear(server) == ["up"]
    assert ask(server, f"{FEEDBACK}/t", "DELETE").status == 204
    server.forget_watermarks()
    assert hear(server) == []


def test_a_store_that_fails_is_told_and_nothing_is_lost_behind_a_200(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with failing_store(monkeypatch):
        answer = send(server, THUMB)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert list_feedback(server) == []
    tell(server, THUMB)
    assert len(list_feedback(server)) == 1


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    def post(url: str, items: list[dict[str, Any]]) -> None:
        data = json.dumps(items).encode()
        request = urllib.request.Request(url + FEEDBACK, data, {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert json.load(answer) == {"accepted": len(items), "rejected": []}

    for life in range(2):
        with run_platform(tmp_path) as platform:
            assert len(platform.get_json("feedback?limit=1000")["items"]) == life * 40
            for number in range(20):
                post(platform.url, [THUMB | {"identifier": f"{life}-{number}-{each}"} for each in range(2)])
            platform.end(signal.SIGKILL)
    with run_platform(tmp_path) as platform:
        assert len(platform.get_json("feedback?limit=1000")["items"]) == 80
