"""What `with tacit.span(…)` tells of a block."""

import asyncio
import json

import pytest
import tacit
from opentelemetry.trace import StatusCode

from .conftest import Spans


def test_a_block_becomes_a_span_with_input_output_and_outcome(spans: Spans) -> None:
    with tacit.span("rerank", kind="retriever", input=["page 1", "page 3"]) as block:
        block.set_output("page 3")
        block.set_attribute("shop.pages", 2)
    span = spans.only()
    assert span.name == "rerank"
    assert dict(span.attributes or {}) == {
        "tacit.kind": "retriever",
        "tacit.arguments": '{"input":["page 1","page 3"]}',
        "tacit.output": "page 3",
        "tacit.output.type": "text",
        "tacit.outcome": "completed",
        "shop.pages": 2,
    }


def test_input_may_be_told_inside_and_the_last_word_counts(spans: Spans) -> None:
    with tacit.span("answer", kind="llm", input="first") as block:
        block.set_input("second")
        block.set_output("draft")
        block.set_output({"final": True})
    attributes = spans.only().attributes or {}
    assert attributes["tacit.arguments"] == '{"input":"second"}'
    assert attributes["tacit.output"] == '{"final":true}'
    assert attributes["tacit.output.type"] == "json"
    assert attributes["gen_ai.operation.name"] == "chat"


def test_calls_inside_are_beneath_it_and_those_after_are_not(spans: Spans) -> None:
    @tacit.observe
    def step() -> None: ...

    with tacit.span("outer"):
        step()
    step()
    inside, outer, after = spans.all()
    assert inside.parent is not None
    assert outer.context is not None
    assert inside.parent.span_id == outer.context.span_id
    assert after.parent is None


def test_an_exception_passes_unchanged_and_what_was_told_before_is_kept(spans: Spans) -> None:
    error = ValueError("no such page")

    def find() -> None:
        with tacit.span("find") as block:
            block.set_output("half a page")
            raise error

    with pytest.raises(ValueError, match="no such page") as caught:
        find()
    span = spans.only()
    assert caught.value is error
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["tacit.output"] == "half a page"
    assert (span.attributes or {})["tacit.outcome"] == "error"


def test_a_cancelled_block_is_stopped(spans: Spans) -> None:
    async def answer() -> None:
        with tacit.span("answer"):
            await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(answer())
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    assert (spans.only().attributes or {})["tacit.outcome"] == "stopped"


def test_blocks_of_concurrent_tasks_do_not_mix(spans: Spans) -> None:
    async def run(number: int) -> None:
        with tacit.span("outer", input=number):
            await asyncio.sleep(0.001 * (3 - number))
            with tacit.span("inner", input=number):
                await asyncio.sleep(0)

    async def run_all() -> None:
        await asyncio.gather(*(run(number) for number in range(3)))

    asyncio.run(run_all())
    outers = {span.context.span_id: span.attributes["tacit.arguments"] for span in spans.all() if span.name == "outer"}
    inners = [span for span in spans.all() if span.name == "inner"]
    assert [outers[span.parent.span_id] for span in inners] == [span.attributes["tacit.arguments"] for span in inners]


def test_one_object_may_be_entered_again_and_within_itself(spans: Spans) -> None:
    block = tacit.span("step")
    with block, block:
        pass
    inner, outer = spans.all()
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id


def test_content_is_kept_back_or_redacted_as_asked(spans: Spans) -> None:
    with tacit.span("kept", input="secret", capture_input=False, capture_output=False) as block:
        block.set_input("secret")
        block.set_output("secret")
    with tacit.span("redacted", input="a secret", redact=lambda text: text.replace("secret", "…")) as block:
        block.set_output(["another secret"])
    kept, redacted = spans.all()
    assert "secret" not in json.dumps(dict(kept.attributes or {}))
    assert (redacted.attributes or {})["tacit.arguments"] == '{"input":"a …"}'
    assert (redacted.attributes or {})["tacit.output"] == '["another …"]'


def test_nothing_that_is_told_can_raise(spans: Spans) -> None:
    class Unreadable:
        def __repr__(self) -> str:
            raise RuntimeError("unreadable")

    def refuse(text: str) -> str:
        raise ValueError(text)

    with tacit.span("shown", input=Unreadable()) as block:
        block.set_output(Unreadable())
        block.set_attribute("shop.thing", Unreadable())
        block.set_attribute("shop.text", "lone \ud800")
    with tacit.span("refused", input="a", redact=refuse) as block:
        block.set_input("b")
        block.set_output("c")
    shown, refused = spans.all()
    assert (shown.attributes or {})["shop.thing"] == '"<Unreadable>"'
    assert (shown.attributes or {})["shop.text"] == "lone ?"
    assert dict(refused.attributes or {}) == {"tacit.kind": "chain", "tacit.outcome": "completed"}


def test_an_unknown_kind_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"span\(kind='model'.*llm, agent, chain"):
        tacit.span("step", kind="model")  # type: ignore[arg-type]
