"""The judge is asked over the protocol of OpenAI, and what goes wrong is an error that keeps the key to itself."""

import pytest
from pydantic import SecretStr

from feedback.judging.endpoint import Endpoint, EndpointError, Reply
from tests.feedback.judging.conftest import Judge, complete

MESSAGES = [{"role": "system", "content": "Rate."}, {"role": "user", "content": "{}"}]


def ask(judge: Judge, key: str = "sk-secret") -> Reply:
    return Endpoint(judge.url, "small-model", SecretStr(key)).ask(MESSAGES)


def test_a_completion_is_asked_for_and_what_it_took_is_told(judge: Judge) -> None:
    reply = ask(judge)
    assert reply.text == '{"rating": "failed", "reason": "Because."}'
    assert (reply.input_tokens, reply.output_tokens) == (700, 20)
    assert judge.paths == ["/v1/chat/completions"]
    assert judge.asked == [{"model": "small-model", "messages": MESSAGES}]
    assert judge.headers[0]["Authorization"] == "Bearer sk-secret"


def test_without_a_key_none_is_sent(judge: Judge) -> None:
    ask(judge, key="")
    assert "Authorization" not in judge.headers[0]


def test_no_usage_counts_as_none(judge: Judge) -> None:
    judge.reply = lambda _: complete("served") | {"usage": {"prompt_tokens": "many"}}
    assert ask(judge).input_tokens == 0


@pytest.mark.parametrize(
    ("status", "reply", "word"),
    [
        (401, {}, "TACIT_JUDGE_KEY"),
        (404, {}, "TACIT_JUDGE_MODEL"),
        (429, {}, "429"),
        (302, {}, "302"),
        (200, b"<html>", "something else than JSON"),
        (200, {"choices": []}, "chat completion"),
        (200, [], "chat completion"),
        (200, b"[" * 100_000, "something else than JSON"),
        (200, b" " * 1_100_000, "bytes"),
    ],
)
def test_every_failure_is_one_kind_of_error(judge: Judge, status: int, reply: object, word: str) -> None:
    judge.status, judge.reply = status, lambda _: reply
    with pytest.raises(EndpointError, match=word) as caught:
        ask(judge)
    assert "sk-secret" not in str(caught.value)


def test_nobody_there_is_such_an_error_too() -> None:
    with pytest.raises(EndpointError, match="did not answer"):
        Endpoint("http://127.0.0.1:9", "m", SecretStr("")).ask(MESSAGES)
