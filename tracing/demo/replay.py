"""The demo replay: the shipped dialogues, and what machines ask, go through instrumented apps and leave by OTLP, like
any app's spans, over a week that ends now. `python -m tracing.demo.replay --endpoint http://127.0.0.1:4318`; the
key, where one is needed, in TACIT_DEMO_KEY. Ids are fixed: a second run sends the same conversations
again.
"""

import argparse
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from itertools import islice

import tacit
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from tracing.demo import pace
from tracing.demo.agent import AgentApp
from tracing.demo.apps import (
    INSTRUCTIONS,
    RELEASED_INSTRUCTIONS,
    ChatApp,
    Message,
    ProviderError,
    Script,
    ScriptedModel,
    Stream,
    SupportApp,
)
from tracing.demo.dialogues import DemoTurn, Dialogue, load_dialogues
from tracing.demo.machines import PRODUCTION, plan_visits
from tracing.demo.retrieval import EarlierAnswers
from tracing.demo.schedule import plan_endings
from tracing.demo.simulation import NS, NamedIds, SimulatedClock, SpanRecorder

SPANS_PER_REQUEST = 400
SUPPORT, ORDERS = "support-assistant", "order-desk"


class Replay:
    """Plays dialogues through their apps, one after the other, on a clock of their own."""

    def __init__(self, dialogues: Iterable[Dialogue]) -> None:
        self.clock = SimulatedClock()
        self.ids = NamedIds()
        self.recorder = SpanRecorder(self.clock)
        self.model = ScriptedModel(self.clock)
        self.earlier = EarlierAnswers(each for each in dialogues if each.app == SUPPORT)
        self.apps: dict[tuple[str, str], ChatApp | SupportApp | AgentApp] = {
            key: ChatApp(self.model, instructions) for key, instructions in RELEASED_INSTRUCTIONS.items()
        }
        """By name and release."""
        for name, instructions in INSTRUCTIONS.items():
            self.apps[name, ""] = ChatApp(self.model, instructions)
        self.apps[SUPPORT, ""] = SupportApp(self.model, self.earlier)
        self.apps[ORDERS, ""] = AgentApp(self.model)

    def make_provider(self) -> TracerProvider:
        provider = TracerProvider(ALWAYS_ON, id_generator=self.ids, shutdown_on_exit=False)
        provider.add_span_processor(self.recorder)
        return provider

    def play_dialogue(self, dialogue: Dialogue, ending: datetime, environment: str = PRODUCTION) -> list[ReadableSpan]:
        """The spans of a conversation that ended at `ending`."""
        self.clock.reset()
        self.earlier.conversation_id = dialogue.conversation_id
        history: list[Message] = []
        with tacit.conversation(id=dialogue.conversation_id, user_id=dialogue.user_id or None):
            for index, turn in enumerate(dialogue.turns):
                self.play_turn(dialogue, index, turn, history)
        offset_ns = int(ending.timestamp() * NS) - self.clock.now_ns
        return self.recorder.take_spans(offset_ns, describe_service(dialogue.app, environment, dialogue.release))

    def play_turn(self, dialogue: Dialogue, index: int, turn: DemoTurn, history: list[Message]) -> None:
        """Adds what was said to `history`."""
        key = f"{dialogue.conversation_id}/{index}"
        previous = history[-1]["content"] if history else ""
        self.clock.advance(pace.find_writing_seconds(previous, turn.user, key))
        app, shown = self.apps[dialogue.app, dialogue.release], ""
        for attempt, text in enumerate((*turn.replaced, turn.answer)):
            answer_key = f"{key}/{attempt}"
            actions = turn.actions if attempt == len(turn.replaced) else ("regenerate",)
            self.ids.name_next(answer_key)
            self.model.script = write_script(dialogue, answer_key, text, turn)
            limit = pace.find_stop_length(text, answer_key) if "stop" in actions else None
            shown = read_stream(app.respond(history, turn.user), limit)
            for action in actions:
                self.press_button(action, dialogue.conversation_id, answer_key, app.trace_id)
        history += [{"role": "user", "content": turn.user}, {"role": "assistant", "content": shown}]

    def press_button(self, action: str, conversation_id: str, answer_key: str, trace_id: str | None) -> None:
        """A stop is pressed while the answer comes, anything else a little later."""
        if action != "stop":
            self.clock.advance(pace.find_reaction_seconds(f"{answer_key}/{action}"))
        name, _, label = action.partition("_")
        tacit.feedback(
            name,
            label=label or None,
            conversation_id=conversation_id,
            trace_id=trace_id,
            identifier=f"demo/{answer_key}/{action}",
        )


def read_stream(stream: Stream, limit: int | None) -> str:
    """What the person saw: all of it, or what there was when they stopped it at `limit` characters."""
    shown = ""
    with suppress(ProviderError):
        for chunk in stream:
            shown += chunk
            if limit is not None and len(shown) >= limit:
                tacit.stop_stream(stream, ended_by="client")
                stream.close()
                break
    return shown


def write_script(dialogue: Dialogue, key: str, text: str, turn: DemoTurn) -> Script:
    return Script(
        model=dialogue.model,
        text=text,
        error=turn.error,
        steps=turn.steps,
        first_chunk_seconds=pace.find_first_chunk_seconds(dialogue.app, key),
        chars_per_second=pace.find_chars_per_second(dialogue.app, key),
    )


@cache
def describe_service(app_name: str, environment: str, release: str) -> Resource:
    told = {"service.name": app_name, "deployment.environment.name": environment}
    return Resource.create(told | ({"service.version": release} if release else {}))


def replay_spans(dialogues: tuple[Dialogue, ...], now: datetime) -> Iterator[ReadableSpan]:
    replay = Replay(dialogues)
    provider = replay.make_provider()
    trace.set_tracer_provider(provider)
    tacit.configure(tracer_provider=provider)
    for dialogue, ending in zip(dialogues, plan_endings(len(dialogues), now), strict=True):
        yield from replay.play_dialogue(dialogue, ending)
    for visit in plan_visits(now):
        yield from replay.play_dialogue(visit.dialogue, visit.ending, visit.environment)


def send_spans(spans: Iterator[ReadableSpan], exporter: SpanExporter) -> int:
    """How many were sent; nothing is queued, so nothing can be dropped."""
    sent = 0
    while batch := list(islice(spans, SPANS_PER_REQUEST)):
        if exporter.export(batch) is not SpanExportResult.SUCCESS:
            raise ConnectionError(f"after {sent} spans")
        sent += len(batch)
    return sent


class FirstMessage(logging.Handler):
    """Keeps the first thing that the exporter complains about, to be told in one line."""

    text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = self.text or record.getMessage()


def listen_to_exporter() -> FirstMessage:
    logger, first = logging.getLogger("opentelemetry"), FirstMessage()
    logger.addHandler(first)
    logger.propagate = False
    return first


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tracing.demo.replay", description=__doc__)
    parser.add_argument("--endpoint", default="http://127.0.0.1:4318", help="where OTLP/HTTP is accepted")
    parser.add_argument("--api-key", default=os.environ.get("TACIT_DEMO_KEY"), help="or TACIT_DEMO_KEY")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    options = read_arguments(arguments)
    complaint = listen_to_exporter()
    exporter = OTLPSpanExporter(
        endpoint=options.endpoint.rstrip("/") + "/v1/traces",
        headers={"Authorization": f"Bearer {options.api_key}"} if options.api_key else None,
        compression=Compression.Gzip,
    )
    dialogues, now = load_dialogues(), datetime.now(UTC)
    try:
        sent = send_spans(replay_spans(dialogues, now), exporter)
    except ConnectionError as error:
        print(f"demo: {options.endpoint} did not take the spans ({error}): {complaint.text}", file=sys.stderr)
        return 1
    conversations = len(dialogues) + len(plan_visits(now))
    print(f"demo: sent {conversations} conversations in {sent} spans to {options.endpoint}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
