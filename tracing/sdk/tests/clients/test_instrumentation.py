"""What instrumenting a client changes, and what it leaves alone."""

import logging
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
import tacit
from openai.types.chat import ChatCompletionChunk
from opentelemetry import context as otel_context
from opentelemetry import trace
from tacit.clients import patching, recording, uninstrument_anthropic, uninstrument_openai

from ..conftest import Spans
from ..model_server import ModelServer

CHAT: Any = {"model": "gpt-5", "messages": [{"role": "user", "content": "Which animal?"}]}


@pytest.fixture(autouse=True)
def _uninstrumented() -> Iterator[None]:
    yield
    uninstrument_openai()
    uninstrument_anthropic()


@pytest.fixture
def client(server: ModelServer) -> Iterator[openai.OpenAI]:
    """One that was made before anything is instrumented."""
    with openai.OpenAI(base_url=server.url, api_key="key", max_retries=0) as client:
        yield client


def run_apart(code: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True, timeout=60
    )
    return ended.stdout + ended.stderr


def test_instrumented_twice_a_call_is_one_span(spans: Spans, client: openai.OpenAI) -> None:
    tacit.instrument_openai()
    tacit.instrument_openai()
    client.chat.completions.create(**CHAT)
    assert spans.only().name == "chat gpt-5"


def test_clients_made_and_used_before_are_recorded_too(spans: Spans, client: openai.OpenAI) -> None:
    client.chat.completions.create(**CHAT)
    tacit.instrument_openai()
    client.chat.completions.create(**CHAT)
    assert spans.only().name == "chat gpt-5"


def test_uninstrumented_a_client_is_as_it_was(spans: Spans, client: openai.OpenAI) -> None:
    before = openai.OpenAI.request, openai.AsyncOpenAI.request, anthropic.Anthropic.request
    tacit.instrument_openai()
    tacit.instrument_anthropic()
    assert openai.OpenAI.request is not before[0]
    uninstrument_openai()
    uninstrument_anthropic()
    assert (openai.OpenAI.request, openai.AsyncOpenAI.request, anthropic.Anthropic.request) == before
    client.chat.completions.create(**CHAT)
    assert spans.all() == ()


def test_what_is_no_call_of_a_model_is_left_alone(spans: Spans, client: openai.OpenAI) -> None:
    tacit.instrument_openai()
    with pytest.raises(openai.APIStatusError):
        client.models.list()
    assert spans.all() == ()


def test_nothing_is_recorded_where_instrumentation_is_suppressed(spans: Spans, client: openai.OpenAI) -> None:
    tacit.instrument_openai()
    token = otel_context.attach(otel_context.set_value("suppress_instrumentation", True))
    client.chat.completions.create(**CHAT)
    otel_context.detach(token)
    assert spans.all() == ()


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_a_package_that_is_missing_is_said_plainly(name: str) -> None:
    said = run_apart(f"""
        import logging, sys
        logging.basicConfig(format="%(levelname)s %(message)s")
        sys.modules["{name}"] = None
        import tacit
        tacit.instrument_{name}()
    """)
    assert f"WARNING tacit.instrument_{name}(): {name} is not installed here; nothing of it is recorded" in said


def test_importing_tacit_imports_neither_client_nor_what_records_it() -> None:
    said = run_apart("""
        import sys, tacit
        print([name for name in sys.modules if name.partition(".")[0] in ("openai", "anthropic", "httpx", "httpx2")])
        print([name for name in sys.modules if name.startswith("tacit.clients.")])
    """)
    assert said == "[]\n[]\n"


def test_a_client_that_is_not_what_we_know_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(openai, "AsyncOpenAI")
        tacit.instrument_openai()
    assert "tacit.instrument_openai() failed; the app runs on without" in caplog.text


@pytest.mark.parametrize(
    "broken",
    [(patching, "read_body"), (patching, "follow_stream"), (recording.ModelTranscript, "add_response")],
    ids=["request", "stream", "answer"],
)
@pytest.mark.parametrize("stream", [False, True])
def test_where_we_fail_the_call_goes_on(
    spans: Spans, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch, broken: tuple[Any, str], stream: bool
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    tacit.instrument_openai()
    monkeypatch.setattr(*broken, fail)
    result: Any = client.chat.completions.create(**CHAT, stream=stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in result) if stream else None
    assert (text if stream else result.choices[0].message.content) == "The quick brown fox"


def test_one_shot_histories_are_left_to_the_client(spans: Spans, server: ModelServer) -> None:
    tacit.instrument_anthropic()
    messages: Any = iter(CHAT["messages"])
    with anthropic.Anthropic(base_url=server.url, api_key="key") as client:
        client.messages.create(model="claude", max_tokens=5, messages=messages)
    assert server.requests[0][1]["messages"] == CHAT["messages"]


def test_calls_carry_the_conversation_and_stand_under_what_runs(spans: Spans, client: openai.OpenAI) -> None:
    tacit.instrument_openai()

    @tacit.observe
    def answer(question: str) -> str:
        return client.chat.completions.create(**CHAT).choices[0].message.content or ""

    with tacit.conversation(id="c-1", user_id="u-1"):
        answer("Which animal?")
        client.responses.create(model="o3", input="Which?", conversation="conv_1")
    call, function = spans.named("chat gpt-5"), spans.named("answer")
    assert call.parent is not None
    assert call.parent.span_id == function.context.span_id
    assert call.attributes["user.id"] == "u-1"
    for span in spans.all():
        assert span.attributes["gen_ai.conversation.id"] == "c-1"


def test_what_the_client_does_stands_under_its_call(spans: Spans, server: ModelServer) -> None:
    tacit.instrument_openai()

    def trace_request(request: Any) -> None:
        with spans.provider.get_tracer("http").start_as_current_span("POST"):
            pass

    http_client = openai.DefaultHttpxClient(event_hooks={"request": [trace_request]})
    with openai.OpenAI(base_url=server.url, api_key="key", http_client=http_client) as client:
        client.chat.completions.create(**CHAT)
    call, http = spans.named("chat gpt-5"), spans.named("POST")
    assert http.parent is not None
    assert http.parent.span_id == call.context.span_id
    assert not trace.get_current_span().get_span_context().is_valid


def test_beside_another_instrumentation_both_spans_stand_one_under_the_other(
    spans: Spans, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openai.resources.chat.completions import Completions

    original = Completions.create
    tracer = spans.provider.get_tracer("another")

    def create(self: Completions, **kwargs: Any) -> Any:
        with tracer.start_as_current_span("theirs"):
            return original(self, **kwargs)

    tacit.instrument_openai()
    monkeypatch.setattr(Completions, "create", create)
    client.chat.completions.create(**CHAT)
    ours, theirs = spans.named("chat gpt-5"), spans.named("theirs")
    assert ours.parent is not None
    assert ours.parent.span_id == theirs.context.span_id


def test_another_instrumentation_that_patched_the_same_method_before_goes_on_recording(
    spans: Spans, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []

    class Bound:
        """As wrapt's wrappers, which OpenInference puts there: it must be bound to know its instance."""

        __name__ = "request"

        def __get__(self, instance: Any, owner: type) -> Any:
            def request(*args: Any, **kwargs: Any) -> Any:
                seen.append(instance)
                return super(openai.OpenAI, instance).request(*args, **kwargs)

            return request

    monkeypatch.setattr(openai.OpenAI, "request", Bound(), raising=False)
    tacit.instrument_openai()
    tacit.instrument_openai()
    client.chat.completions.create(**CHAT)
    assert seen == [client]
    assert spans.only().name == "chat gpt-5"


def test_instrumented_again_after_another_instrumentation_a_call_is_one_span_of_ours(
    spans: Spans, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    tacit.instrument_openai()
    inherited = openai.OpenAI.request
    monkeypatch.setattr(openai.OpenAI, "request", lambda *args, **kwargs: inherited(*args, **kwargs), raising=False)
    tacit.instrument_openai()
    client.chat.completions.create(**CHAT)
    assert spans.only().name == "chat gpt-5"


def test_streams_of_a_class_of_the_apps_own_are_recorded(spans: Spans, client: openai.OpenAI) -> None:
    class Words(openai.Stream[ChatCompletionChunk]):
        def __stream__(self) -> Iterator[Any]:
            self.seen = 0
            for chunk in super().__stream__():
                self.seen += 1
                yield chunk

    tacit.instrument_openai()
    body = {**CHAT, "stream": True}
    words = client.post("/chat/completions", cast_to=ChatCompletionChunk, body=body, stream=True, stream_cls=Words)
    assert (len(list(words)), words.seen) == (6, 6)
    assert spans.only().attributes["tacit.outcome"] == "completed"


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://api.groq.com/openai/v1", "groq"),
        ("https://api.x.ai/v1", "x_ai"),
        ("https://us.openai.azure.com/openai/v1", "azure.ai.openai"),
        ("http://127.0.0.1:11434/v1", "openai"),
    ],
)
def test_the_provider_is_told_by_its_address(url: str, provider: str) -> None:
    from tacit.clients.openai import find_provider

    assert find_provider(openai.OpenAI(base_url=url, api_key="key")) == provider


def test_providers_with_clients_of_their_own_are_told_by_them() -> None:
    from tacit.clients import anthropic as ours
    from tacit.clients.openai import find_provider

    azure = openai.AzureOpenAI(azure_endpoint="https://proxy.example", api_version="1", api_key="key")
    assert find_provider(azure) == "azure.ai.openai"
    assert ours.find_provider(anthropic.Anthropic(api_key="key")) == "anthropic"
    assert ours.find_provider(type("AsyncAnthropicBedrock", (), {})()) == "aws.bedrock"


def test_azure_is_recorded(spans: Spans, server: ModelServer) -> None:
    tacit.instrument_openai()
    server.prefix = "/openai/deployments/gpt-5"
    with openai.AzureOpenAI(azure_endpoint=server.url, api_version="1", api_key="key") as azure:
        assert azure.chat.completions.create(**CHAT).id == "chatcmpl-1"
    assert spans.only().attributes["gen_ai.provider.name"] == "azure.ai.openai"


@pytest.fixture(autouse=True)
def _silent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "tacit")
