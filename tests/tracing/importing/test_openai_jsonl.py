"""Chat messages as OpenAI's files have them."""

from pathlib import Path

from tests.conftest import Server
from tests.tracing.importing.old_logs import list_turns, read_file, send_file, write_lines

FINETUNING = {
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi!", "weight": 0},
        {"role": "user", "content": [{"type": "text", "text": "Bye"}]},
        {"role": "assistant", "content": "See you."},
    ]
}
STORED = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1772366400,
    "model": "gpt-5-mini-2026-01-01",
    "metadata": {"conversation_id": "s-1"},
    "messages": [{"role": "user", "content": "Where is my order?"}],
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "In Ulm."}, "finish_reason": "stop"},
        {"index": 1, "message": {"role": "assistant", "content": "Gone."}, "finish_reason": "stop"},
    ],
    "usage": {"prompt_tokens": 12, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4}},
}
BATCH = {
    "custom_id": "r-1",
    "body": {"model": "gpt-5", "user": "anna", "messages": [{"role": "user", "content": "Why?"}]},
    "response": {"status_code": 200, "body": {"created": 1772366400, "choices": [{"message": {"content": "So."}}]}},
}


def test_a_finetuning_example_is_a_dialogue(server: Server, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [FINETUNING])
    for _ in range(2):
        assert send_file(server, "openai-jsonl", path) == []
    [conversation] = server.get_json("conversations")["items"]
    assert list_turns(server, conversation["conversation_id"]) == [("Hello", "Hi!"), ("Bye", "See you.")]


def test_a_stored_completion_is_one_call_with_its_first_choice(server: Server, tmp_path: Path) -> None:
    send_file(server, "openai-jsonl", write_lines(tmp_path / "a.jsonl", [STORED]))
    [call] = server.get_json("generations")["items"]
    assert [message["content"] for message in call["output_messages"]] == ["In Ulm."]
    assert (call["input_tokens"], call["output_tokens"], call["cache_read_tokens"]) == (12, 3, 4)
    assert (call["conversation_id"], call["request_model"]) == ("s-1", "gpt-5-mini-2026-01-01")
    assert call["start_time"].startswith("2026-03-01T12:00:00")


def test_a_request_and_its_answer_on_one_line_are_one_call(server: Server, tmp_path: Path) -> None:
    send_file(server, "openai-jsonl", write_lines(tmp_path / "a.jsonl", [BATCH]))
    [call] = server.get_json("generations")["items"]
    assert (call["user_text"], call["output_messages"][0]["content"], call["user_id"]) == ("Why?", "So.", "anna")
    assert (call["conversation_id_derived"], call["input_tokens"]) == (True, None)


def test_pairs_to_choose_from_are_no_log(tmp_path: Path) -> None:
    pair = {"input": {"messages": []}, "preferred_output": [], "non_preferred_output": []}
    spans, [problem] = read_file("openai-jsonl", write_lines(tmp_path / "a.jsonl", [pair]))
    assert spans == []
    assert "pair of answers" in problem.reason
