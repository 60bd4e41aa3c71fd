"""Six causes of a stopped stream, from the app's code through the SDK and the stages to what is said of its reader.

`docs/signals-machines.md` has the table; what instrumentations tell is asked of their recordings.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress

import pytest
import tacit

from feedback.detectors.early_termination import detect
from feedback.detectors.material import Material
from feedback.records import load_signals
from tests.conftest import Server
from tests.tracing.conventions.dialogues import read_recording
from tests.tracing.conventions.test_every_recording import CALLS, RECORDINGS, name_dialogue
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation
from tracing.store import Store


@tacit.observe
def speak(message: str) -> Iterator[str]:
    yield from ("The ", "quick ", "brown ", "fox")


@tacit.observe
async def speak_slowly(message: str) -> AsyncIterator[str]:
    yield "The "
    await asyncio.sleep(60)


@tacit.observe
def fail(message: str) -> Iterator[str]:
    yield "The "
    raise ConnectionResetError("the model went away")


async def read_slowly() -> None:
    async for _ in speak_slowly("Why?"):
        pass


def stop_by_button() -> None:
    stream = speak("Why?")
    next(stream)
    tacit.stop_stream(stream, ended_by="client")
    tacit.action("stop")


def close_the_page() -> None:
    response = tacit.stream_response(speak("Why?"))
    next(response)
    response.close()  # type: ignore[attr-defined]


def break_off() -> None:
    for _ in speak("Why?"):
        break


def run_out_of_time() -> None:
    async def limit() -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(read_slowly(), 0.02)

    asyncio.run(limit())


def go_down() -> None:
    response = tacit.stream_response(speak("Why?"))
    next(response)
    try:
        sys.exit()  # as a worker does on a signal
    except SystemExit:
        response.close()  # type: ignore[attr-defined]


def break_by_an_error() -> None:
    with suppress(ConnectionResetError):
        list(fail("Why?"))


def be_cancelled_by_somebody() -> None:
    async def cancel() -> None:
        task = asyncio.create_task(read_slowly())
        await asyncio.sleep(0.02)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(cancel())


CAUSES: dict[Callable[[], None], tuple[str, str, list[bool]]] = {
    stop_by_button: ("stopped", "client", [True]),
    close_the_page: ("stopped", "client", [True]),
    break_off: ("stopped", "app_code", []),
    run_out_of_time: ("stopped", "timeout", []),
    go_down: ("stopped", "shutdown", []),
    break_by_an_error: ("error", "", []),
    be_cancelled_by_somebody: ("stopped", "unknown", [False]),
}
"""What brings it about; how the answer ended, who ended it, and whether `early_termination` fired, if it was given."""


@pytest.mark.usefixtures("sdk")
@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
def test_a_cause_is_read_right_and_only_its_reader_was_displeased(server: Server, cause: Callable[[], None]) -> None:
    with tacit.conversation(id="c1"):
        cause()
    server.derive()
    [generation] = server.get_json("generations")["items"]
    signals = [each for each in load_signals(server.store, 1, ["c1"])["c1"] if each.kind == "early_termination"]
    told = (generation["outcome"], generation["ended_by"], [signal.fired for signal in signals])
    assert told == CAUSES[cause]


@pytest.mark.parametrize("recording", RECORDINGS)
def test_a_stream_that_an_instrumentation_saw_abandoned_is_not_a_readers_doing(
    migrated_store: Store, recording: str
) -> None:
    """The recorded app left its loop, which no instrumentation tells from a reader who leaves: it is not known."""
    calls = [call for call in read_recording(migrated_store, recording) if name_dialogue(call) in CALLS]
    for call in calls:
        fired = [signal.fired for signal in detect(Material(make_talk(call)))]
        is_open = call.outcome == "stopped" and call.ended_by == "unknown"
        assert fired == ([False] if is_open else []), (call.outcome, call.ended_by)


def make_talk(call: Generation) -> Conversation:
    answer = Answer(
        call.trace_id, call.span_id, call.answer, call.outcome, call.ended_by, call.start_time_ns, call.duration_ns
    )
    return Conversation(1, "c1", (Turn(0, call.user_text, answer),))
