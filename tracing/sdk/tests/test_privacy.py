"""What may not leave the process does not, on whichever way it came; what may is still of use."""

import json
import logging
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator

import pytest
import tacit
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, StatusCode
from tacit import masks, privacy
from tacit.privacy import Policy, protect_span

from .conftest import Spans
from .sink import run_sink

EMAIL = "anna@example.com"
CARD = "4111 1111 1111 1111"
SECRETS = ("anna@", "4111 1111", "sk-proj-abcDEF")


def use(monkeypatch: pytest.MonkeyPatch, policy: Policy) -> None:
    monkeypatch.setattr(privacy, "_policy", policy)


def make_span(name: str = "chat", **attributes: object) -> ReadableSpan:
    """A span with a text to hide everywhere that a span holds texts, as another instrumentation may write it."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(
        resource=Resource({"service.name": "shop", "process.command_args": ("app", f"--to={EMAIL}")}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    link = Link(SpanContext(1, 2, is_remote=False), {"note": EMAIL})
    span = provider.get_tracer("opentelemetry.instrumentation.somebody", "1.2").start_span(
        f"{name} {EMAIL}",
        links=[link],
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "tiny",
            "gen_ai.usage.input_tokens": 17,
            "gen_ai.response.finish_reasons": ("stop",),
            "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"content": f"I am {EMAIL}"}]}]),
            "llm.prompts": (f"card {CARD}", "no"),
            "some.new.key": EMAIL,
            "app.ready": True,
            **attributes,  # type: ignore[dict-item]
        },
    )
    span.add_event(f"event {EMAIL}", {"gen_ai.prompt": f"card {CARD}", "count": 3})
    span.record_exception(ValueError(f"no such user: {EMAIL}"))
    span.set_status(StatusCode.ERROR, f"ValueError: no such user: {EMAIL}")
    span.end()
    (ended,) = exporter.get_finished_spans()
    provider.shutdown()
    return ended


def test_without_masks_hooks_or_switches_the_span_itself_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Policy())
    span = make_span()
    assert protect_span(span) is span


def test_masks_reach_every_text_of_a_span(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Policy(masks=True))
    span = protect_span(make_span())
    assert not [secret for secret in SECRETS if secret in span.to_json()]
    assert "[EMAIL]" in span.name
    assert json.loads(span.attributes["gen_ai.input.messages"]) == [
        {"role": "user", "parts": [{"content": "I am [EMAIL]"}]}
    ]
    assert span.attributes["llm.prompts"] == ["card [CARD]", "no"]
    assert span.status.description == "ValueError: no such user: [EMAIL]"
    assert span.events[1].attributes["exception.message"] == "no such user: [EMAIL]"
    assert "[EMAIL]" in span.events[1].attributes["exception.stacktrace"]
    assert span.resource.attributes["process.command_args"][1] == "--to=[EMAIL]"


def test_masks_change_nothing_but_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Policy(masks=True))
    before = make_span()
    after = protect_span(before)
    for name in ("context", "parent", "kind", "start_time", "end_time"):
        assert getattr(after, name) == getattr(before, name)
    assert after.instrumentation_scope == before.instrumentation_scope
    assert after.status.status_code is StatusCode.ERROR
    assert [event.timestamp for event in after.events] == [event.timestamp for event in before.events]
    assert [link.context for link in after.links] == [link.context for link in before.links]
    assert after.attributes["gen_ai.usage.input_tokens"] == 17


def test_without_content_names_numbers_and_reasons_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Policy(captures_content=False))
    given = {"gen_ai.conversation.id": "c-1", "user.id": "u-1", "tag.tags": ("a",), "tacit.outcome": "stopped"}
    span = protect_span(make_span(**given))
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "tiny",
        "gen_ai.usage.input_tokens": 17,
        "gen_ai.response.finish_reasons": ["stop"],
        "app.ready": True,
        "gen_ai.conversation.id": "c-1",
        "user.id": "u-1",
        "tag.tags": ["a"],
        "tacit.outcome": "stopped",
    }
    assert [dict(event.attributes) for event in span.events] == [
        {"count": 3},
        {"exception.type": "ValueError", "exception.escaped": "False"},
    ]
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)


def test_ids_become_pseudonyms_that_are_the_same_for_the_same_id(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Policy(masks=True))
    ids = {"gen_ai.conversation.id": "+49 151 23456789", "user.id": EMAIL, "tacit.message.id": "m-1"}
    first, again = (protect_span(make_span(**ids)).attributes for _ in range(2))
    assert first["user.id"].startswith("masked-")
    assert first["user.id"] != first["gen_ai.conversation.id"]
    assert [first[key] for key in ids] == [again[key] for key in ids]
    assert first["tacit.message.id"] == "m-1"
    monkeypatch.setenv("TACIT_MASK_SALT", "of this app")
    assert protect_span(make_span(**ids)).attributes["user.id"] != first["user.id"]


def test_a_hook_sees_content_alone_and_what_it_gives_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Policy(masks=True, redact=lambda text: text.replace("card", EMAIL)))
    span = protect_span(make_span())
    assert span.attributes["llm.prompts"] == ["[EMAIL] [CARD]", "no"]
    use(monkeypatch, Policy(redact=lambda _: "gone"))
    span = protect_span(make_span())
    assert (span.attributes["gen_ai.input.messages"], span.attributes["gen_ai.request.model"]) == ("gone", "tiny")
    assert span.status.description == "gone"


@pytest.mark.parametrize("hook", [lambda _: 1 / 0, lambda _: None], ids=["raises", "gives no text"])
def test_a_hook_that_fails_lets_nothing_through(
    monkeypatch: pytest.MonkeyPatch, hook: privacy.Redact, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, Policy(redact=hook))
    with caplog.at_level(logging.WARNING):
        span = protect_span(make_span(**{"user.id": "u-1"}))
    assert "gen_ai.input.messages" not in span.attributes
    assert span.status.description is None
    assert span.attributes["gen_ai.usage.input_tokens"] == 17
    assert "it is not sent" in caplog.text or "the text is not sent" in caplog.text


def test_a_span_that_cannot_be_masked_leaves_without_its_texts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(text: str) -> str:
        raise RuntimeError

    span = make_span(**{"user.id": EMAIL})
    use(monkeypatch, Policy(masks=True))
    monkeypatch.setattr(masks, "mask_text", fail)
    with caplog.at_level(logging.WARNING):
        protected = protect_span(span)
    assert not [secret for secret in SECRETS if secret in protected.to_json()]
    assert protected.context == span.context
    assert protected.attributes["gen_ai.usage.input_tokens"] == 17


def test_the_apps_own_exporters_get_no_more_of_our_spans(spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def count(text: str) -> str:
        seen.append(text)
        return text

    use(monkeypatch, Policy(masks=True, redact=count))

    @tacit.observe
    def answer(question: str) -> Iterator[str]:
        yield f"You are {question}"
        raise ValueError(question)

    with tacit.conversation(user_id=EMAIL), pytest.raises(ValueError, match=EMAIL):
        list(answer(EMAIL))
    tacit.feedback("comment", explanation=CARD, metadata={"mail": EMAIL})
    text = "".join(span.to_json() for span in spans.all())
    assert not [secret for secret in SECRETS if secret in text]
    count_before = len(seen)
    assert [protect_span(span) for span in spans.all()] == list(spans.all())
    assert len(seen) == count_before


def test_spans_of_others_are_theirs_in_the_apps_own_exporters(spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Policy(masks=True))
    spans.provider.get_tracer("somebody").start_span("chat", attributes={"text": EMAIL}).end()
    assert spans.only().attributes["text"] == EMAIL


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Policy()),
        ({"TACIT_MASK": "on"}, Policy(masks=True)),
        ({"TACIT_MASK": "perhaps"}, Policy(masks=True)),
        ({"TACIT_CAPTURE_CONTENT": "off"}, Policy(captures_content=False)),
        ({"TACIT_CAPTURE_CONTENT": " False "}, Policy(captures_content=False)),
        ({"TACIT_CAPTURE_CONTENT": "never"}, Policy(captures_content=False)),
        ({"TACIT_CAPTURE_CONTENT": "on", "TACIT_MASK": ""}, Policy()),
    ],
    ids=str,
)
def test_variables_say_it_and_unclear_ones_are_read_carefully(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], expected: Policy
) -> None:
    for name in ("TACIT_MASK", "TACIT_CAPTURE_CONTENT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(privacy, "_policy", None)
    assert privacy.get_policy() == expected
    assert privacy.captures_content() == expected.captures_content


def test_configuring_again_uncovers_nothing(spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Policy())
    tacit.configure(tracer_provider=spans.provider, mask=True, redact=str.lower, capture_content=False)
    tacit.configure(tracer_provider=spans.provider)
    assert privacy.get_policy() == Policy(captures_content=False, masks=True, redact=str.lower)
    tacit.configure(tracer_provider=spans.provider, mask=False)
    assert privacy.get_policy().masks is False


APP = f"""
import logging
import tacit
from opentelemetry import trace

tacit.configure(endpoint=ENDPOINT, mask=MASK)
logging.getLogger("tacit")

@tacit.observe(name="function {EMAIL}")
def call(user):
    raise ValueError("no such user: " + user["mail"])

@tacit.observe
def stream(question):
    for part in ("your card ", "4111 1111", " 1111 1111"):
        yield part

@tacit.observe(kind="tool")
def tool(arguments):
    return {{"key": "sk-proj-abcDEF1234567890abcdef12"}}

try:
    call({{"mail": "{EMAIL}"}})
except ValueError:
    pass
for part in stream("{CARD}"):
    pass
tool('{{"to": "{EMAIL}"}}')
tacit.feedback("comment", explanation="{EMAIL}", correction="{CARD}", metadata={{"mail": "{EMAIL}"}})
tacit.action("copy", "{CARD}")
with tacit.conversation(id="{EMAIL}", metadata={{"mail": "{EMAIL}"}}, tags=["{EMAIL}"]):
    with tacit.prompt("p", template="{EMAIL} {{{{q}}}}", variables={{"q": "{CARD}"}}):
        span = trace.get_tracer("somebody").start_span("chat", attributes={{"llm.input_messages.0.content": "{EMAIL}"}})
        span.add_event("gen_ai.user.message", {{"content": "{CARD}"}})
        span.end()
assert tacit.flush(30)
"""


@pytest.mark.parametrize(
    ("mask", "variables"), [(True, {}), (None, {"TACIT_MASK": "on"}), (None, {"TACIT_CAPTURE_CONTENT": "off"})]
)
def test_nothing_personal_is_in_the_requests_that_leave(mask: bool | None, variables: dict[str, str]) -> None:
    with run_sink() as sink:
        program = textwrap.dedent(APP).replace("ENDPOINT", repr(sink.endpoint)).replace("MASK", repr(mask))
        subprocess.run([sys.executable, "-c", program], env={**os.environ, **variables}, check=True, timeout=60)
        sent = b"".join(part.SerializeToString() for part in sink.resource_spans).decode(errors="replace")
        assert len(sink.spans) == 6
    found = [secret for secret in SECRETS if secret in sent]
    in_names = ["anna@"] if "TACIT_CAPTURE_CONTENT" in variables else []  # the app's own name of a function, and tags
    assert found == in_names


def test_without_the_switch_it_does_leave() -> None:
    """Or the test above would prove nothing."""
    with run_sink() as sink:
        program = textwrap.dedent(APP).replace("ENDPOINT", repr(sink.endpoint)).replace("MASK", "None")
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
        sent = b"".join(part.SerializeToString() for part in sink.resource_spans).decode(errors="replace")
    assert [secret for secret in SECRETS if secret in sent] == list(SECRETS)


def test_a_sampled_conversation_with_a_pseudonym_is_found_again_by_its_feedback() -> None:
    program = f"""
    import tacit
    from opentelemetry import trace
    tacit.configure(endpoint=ENDPOINT, mask=True, sample_rate=0)
    with tacit.conversation(id="{EMAIL}"):
        trace.get_tracer("somebody").start_span("chat").end()
    tacit.feedback("thumbs", 0, conversation_id="{EMAIL}")
    assert tacit.flush(30)
    """
    with run_sink() as sink:
        program = textwrap.dedent(program).replace("ENDPOINT", repr(sink.endpoint))
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
        assert sorted(span.name for span in sink.spans) == ["chat", "tacit.feedback"]
