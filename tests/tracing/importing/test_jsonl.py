"""Conversations as JSON lines, from a file to what REST tells of them."""

from pathlib import Path

import pytest

from tests.conftest import Server
from tests.tracing.importing.old_logs import MTIME_NS, list_turns, read_file, send_file, write_lines

SHOP = {
    "conversation_id": "shop-1",
    "time": "2026-03-01T12:00:00Z",
    "user_id": "anna",
    "model": "gpt-x",
    "tags": ["old"],
    "metadata": {"shop": "Ulm"},
    "turns": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Where is my order?", "time": "2026-03-01T12:00:10Z"},
        {"role": "assistant", "content": "It left on Monday.", "time": "2026-03-01T12:00:14Z", "feedback": "up"},
        {"role": "user", "content": "continue"},
        {"role": "assistant", "content": "It is in Ulm.", "model": "gpt-y", "feedback": {"name": "rating", "score": 2}},
        {"role": "user", "content": "continue"},
        {"role": "assistant", "content": "It will come."},
        {"role": "user", "content": "Thanks!"},
    ],
    "feedback": {"name": "comment", "explanation": "slow", "time": 1772366500, "identifier": "mine-1"},
}


def test_a_conversation_is_told_as_it_was(server: Server, tmp_path: Path) -> None:
    assert send_file(server, "jsonl", write_lines(tmp_path / "a.jsonl", [SHOP])) == []
    assert list_turns(server, "shop-1") == [
        ("Where is my order?", "It left on Monday."),
        ("continue", "It is in Ulm."),
        ("continue", "It will come."),
        ("Thanks!", ""),
    ]
    conversation = server.get_json("conversations/shop-1")
    assert (conversation["user_id"], conversation["derived"], conversation["tags"]) == ("anna", False, ["old"])
    first, second = conversation["turns"][:2]
    assert (first["answer"]["start_time"][:19], first["answer"]["duration_ms"]) == ("2026-03-01T12:00:10", 4000)
    assert (first["answer"]["model"], second["answer"]["model"]) == ("gpt-x", "gpt-y")
    generation = server.get_json("generations")["items"][-1]
    assert (generation["system_instructions"], generation["metadata"]) == ("Be kind.", {"shop": "Ulm"})


def test_feedback_of_a_turn_is_about_its_answer_and_that_of_a_conversation_about_all(
    server: Server, tmp_path: Path
) -> None:
    send_file(server, "jsonl", write_lines(tmp_path / "a.jsonl", [SHOP]))
    turns = server.get_json("conversations/shop-1")["turns"]
    told = [[(each["name"], each["label"], each["score"]) for each in turn["feedback"]] for turn in turns]
    assert told[0] == [("thumbs", "up", 1.0)]
    assert ("rating", "", 2.0) in told[1]
    comments = [each for turn in turns for each in turn["feedback"] if each["name"] == "comment"]
    assert [(each["explanation"], each["identifier"]) for each in comments] == [("slow", "mine-1")]


def test_the_same_file_again_counts_once(server: Server, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [SHOP, SHOP | {"conversation_id": "shop-2", "feedback": "down"}])
    send_file(server, "jsonl", path)
    once = server.get_json("stats"), server.get_json("conversations/shop-1")
    send_file(server, "jsonl", path)
    assert (server.get_json("stats"), server.get_json("conversations/shop-1")) == once
    assert once[0]["conversations"] == 2
    assert sum(len(turn["feedback"]) for turn in once[1]["turns"]) == 3


def test_tools_stand_between_what_was_asked_and_what_was_shown(server: Server, tmp_path: Path) -> None:
    call = {"id": "t1", "type": "function", "function": {"name": "find", "arguments": '{"order": 7}'}}
    turns = [
        {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "Ulm", "tool_call_id": "t1"},
        {"role": "assistant", "content": "In Ulm."},
    ]
    send_file(server, "jsonl", write_lines(tmp_path / "a.jsonl", [{"conversation_id": "c", "turns": turns}]))
    assert list_turns(server, "c") == [("Where is it?", "In Ulm.")]
    calls = sorted(server.get_json("generations")["items"], key=lambda each: len(each["input_messages"]))
    assert [each["user_text"] for each in calls] == ["Where is it?", "Where is it?"]
    assert calls[0]["output_messages"][0]["tool_calls"] == [{"id": "t1", "name": "find", "arguments": {"order": 7}}]
    assert calls[1]["input_messages"][-1]["tool_call_id"] == "t1"


def test_messages_that_nobody_answered_are_kept(server: Server, tmp_path: Path) -> None:
    roles = {
        "Hello?": "user",
        "Anybody?": "user",
        "Yes.": "assistant",
        "Here.": "assistant",
        "Bye": "user",
        "7": "tool",
    }
    turns = [{"role": role, "content": text} for text, role in roles.items()]
    send_file(server, "jsonl", write_lines(tmp_path / "a.jsonl", [{"conversation_id": "c", "turns": turns}]))
    assert list_turns(server, "c") == [("Hello?", ""), ("Anybody?", "Yes.\nHere."), ("Bye", "")]


def test_messages_without_times_stand_in_order_from_the_time_of_the_file(tmp_path: Path) -> None:
    turns = [{"role": role, "content": "x"} for role in ("user", "assistant") * 3]
    spans, _ = read_file("jsonl", write_lines(tmp_path / "a.jsonl", [{"turns": turns}]))
    starts = [span.start_time_ns for span in spans]
    assert starts[0] == MTIME_NS
    assert starts == sorted(set(starts))
    assert len({span.attributes["gen_ai.conversation.id"] for span in spans}) == 1


def test_two_projects_have_ids_of_their_own(tmp_path: Path) -> None:
    from tracing.importing import SOURCES, Entry, Origin, read_entries
    from tracing.importing.files import read_rows

    path = write_lines(tmp_path / "a.jsonl", [SHOP])
    ids = [
        {span.span_id for entry in entries if isinstance(entry, Entry) for span in entry.spans}
        for project in ("a", "b")
        for entries in [list(read_entries(SOURCES["jsonl"], read_rows(path), Origin("jsonl", project, MTIME_NS)))]
    ]
    assert len(ids[0]) == len(ids[1]) == 7
    assert not ids[0] & ids[1]


def test_a_long_conversation_is_told_in_spans_of_bounded_size(tmp_path: Path) -> None:
    turns = [{"role": role, "content": "word " * 40} for role in ("user", "assistant") * 2_000]
    spans, _ = read_file("jsonl", write_lines(tmp_path / "a.jsonl", [{"conversation_id": "c", "turns": turns}]))
    assert len(spans) == 2_000
    assert max(len(span.attributes["gen_ai.input.messages"]) for span in spans) < 110_000


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nonsense", "no JSON"),
        ("7", '{"conversation_id", "turns": […]} was expected'),
        ('{"conversation_id": "c"}', "turns is None; a list of messages was expected"),
        ('{"turns": [{"role": "user", "content": 5}]}', "turns[0].content is 5"),
        ('{"turns": [{"role": "assistant", "content": "x"}]}', "no message of the role user"),
        ('{"time": "yesterday", "turns": [{"role": "user", "content": "x"}]}', "time is 'yesterday'; ISO 8601"),
        ('{"turns": [{"role": "user", "content": "x", "feedback": [[1]]}]}', "turns[0].feedback holds [1]"),
        ('{"conversation_id": "shop-1", "turns": [{"role": "user", "content": "x"}]}', "was on line 1 already"),
        ("[" * 200_000, "cannot be kept"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(tmp_path: Path, line: str, told: str) -> None:
    path = write_lines(tmp_path / "a.jsonl", [SHOP, line, SHOP | {"conversation_id": "shop-3"}])
    spans, problems = read_file("jsonl", path)
    assert [problem.line for problem in problems] == [2]
    assert told in problems[0].reason
    assert len(spans) == 14
