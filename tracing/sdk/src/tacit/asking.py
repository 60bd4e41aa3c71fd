"""Whether to ask a user now what they think: ids in, a decision of the server out, in time or not at all.

Requests run in daemon threads that keep their connections, so that the app waits no longer than it said, whatever
network, names or TLS do. What was not answered in time is no decision: the app does not ask.
"""

import asyncio
import concurrent.futures
import contextlib
import http.client
import json
import logging
import os
import queue
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from tacit import attributes
from tacit.configuration import get_target
from tacit.context import get_conversation_ids, write_text
from tacit.feedback import find_running_target
from tacit.privacy import get_policy
from tacit.sending import Target, find_standard_url, make_headers

DEFAULT_TIMEOUT: Final = 0.02
PATH: Final = "/api/v1/asks"
_TRACES_PATH: Final = "/v1/traces"
_MOST_THREADS: Final = 4
_CONNECTION_SECONDS: Final = 2.0
"""What a thread gives a connection: longer than the app waits, so that a slow first one serves the next question."""
_REPORT_SECONDS: Final = 60.0
_MOST_BYTES: Final = 10_000
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Decision:
    """Whether to ask; true where to. `id` goes along with what the user answers, as `ask_id` of `tacit.feedback`.

    Where nothing was decided, `id` is empty and `reason` says why: `not configured`, `no answer in time`, `no id`.
    """

    id: str = ""
    asked: bool = False
    propensity: float = 0.0
    """The probability with which this was asked."""
    reason: str = ""

    def __bool__(self) -> bool:
        return self.asked


@dataclass(frozen=True)
class _Question:
    target: Target
    body: Mapping[str, str]
    deadline: float
    answer: "concurrent.futures.Future[Decision]"


def should_ask(
    user_id: str | None = None,
    conversation_id: str | None = None,
    message_id: str | None = None,
    *,
    timeout: float = DEFAULT_TIMEOUT,
) -> Decision:
    """Whether to ask this user now what they think of the answer; call it when the answer is there.

    What is left out is taken from the running `tacit.conversation`. It waits at most `timeout` seconds and raises
    nothing: where the server cannot say, the answer is no, and nothing is logged. Asked again about the same
    `message_id`, or the same turn of a conversation, the answer is the same.

        if decision := tacit.should_ask(user_id="anna", conversation_id="support-1"):
            ...  # show the question; then
            tacit.feedback("thumbs", label="down", conversation_id="support-1", ask_id=decision.id)
    """
    try:
        question = _put(user_id, conversation_id, message_id, timeout)
        if isinstance(question, Decision):
            return question
        return question.answer.result(max(0.0, question.deadline - time.monotonic()))
    except concurrent.futures.TimeoutError:
        return _LATE
    except Exception:
        _logger.warning("tacit could not find out whether to ask; the app is not affected", exc_info=True)
        return Decision(reason="error")


async def should_ask_async(
    user_id: str | None = None,
    conversation_id: str | None = None,
    message_id: str | None = None,
    *,
    timeout: float = DEFAULT_TIMEOUT,
) -> Decision:
    """The same for coroutines: other tasks run on while the answer is waited for."""
    try:
        question = _put(user_id, conversation_id, message_id, timeout)
        if isinstance(question, Decision):
            return question
        left = max(0.0, question.deadline - time.monotonic())
        return await asyncio.wait_for(asyncio.wrap_future(question.answer), left)
    except (asyncio.TimeoutError, concurrent.futures.TimeoutError):  # noqa: UP041 - Python 3.10
        return _LATE
    except Exception:
        _logger.warning("tacit could not find out whether to ask; the app is not affected", exc_info=True)
        return Decision(reason="error")


def _put(
    user_id: str | None, conversation_id: str | None, message_id: str | None, timeout: float
) -> "_Question | Decision":
    """The question on its way; a decision where there is nothing to wait for."""
    target = get_target()
    if target is None:
        return Decision(reason="not configured")
    body = find_ids(user_id, conversation_id, message_id)
    if not body.keys() & {"user_id", "conversation_id", "message_id"}:
        return Decision(reason="no id")
    question = _Question(target, body, time.monotonic() + timeout, concurrent.futures.Future())
    return question if _find_threads().put(question) else _LATE


def find_ids(user_id: str | None, conversation_id: str | None, message_id: str | None) -> dict[str, str]:
    """The ids that are given or of the running conversation, and the running span, as they may leave the process."""
    around = get_conversation_ids()
    given = {"user_id": user_id, "conversation_id": conversation_id, "message_id": message_id}
    keys = (attributes.USER_ID, attributes.CONVERSATION_ID, attributes.MESSAGE_ID)
    found = {
        name: value if value is not None else around.get(key)
        for (name, value), key in zip(given.items(), keys, strict=True)
    }
    policy = get_policy()
    ids = {name: policy.protect_id(write_text(value)) for name, value in found.items() if value is not None}
    running = find_running_target()
    spans = {
        "trace_id": running.get(attributes.FEEDBACK_TRACE_ID),
        "span_id": running.get(attributes.FEEDBACK_SPAN_ID),
    }
    return {name: str(value) for name, value in {**ids, **spans}.items() if value}


class _Threads:
    """Takes questions from any thread; at most `_MOST_THREADS` of its own ask the server, each by its connection."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._questions: queue.SimpleQueue[_Question] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0
        self._next_report = 0.0

    def put(self, question: _Question) -> bool:
        """False where all threads wait for the server: then there is no answer in time."""
        with self._lock:
            if not self._idle:
                if self._threads == _MOST_THREADS:
                    return False
                threading.Thread(target=self._run, name="tacit-asking", daemon=True).start()
                self._threads += 1
            else:
                self._idle -= 1
        self._questions.put(question)
        return True

    def _run(self) -> None:
        connection = _Connection()
        while True:
            question = self._questions.get()
            try:
                decision = connection.ask(question)
            except Exception as error:
                connection.close()
                self._report(error)
                decision = _LATE
            with self._lock:
                self._idle += 1
            with contextlib.suppress(concurrent.futures.InvalidStateError):  # whoever asked waits no more
                question.answer.set_result(decision)

    def _report(self, error: Exception) -> None:
        if time.monotonic() >= self._next_report:
            self._next_report = time.monotonic() + _REPORT_SECONDS
            _logger.warning("tacit.should_ask got no answer, so users are not asked: %s", str(error)[:300])


class _Connection:
    """A connection to the server that was configured last, kept open."""

    def __init__(self) -> None:
        self._target: Target | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._headers: dict[str, str] = {}
        self._path = PATH

    def ask(self, question: _Question) -> Decision:
        """One attempt; another where a connection that was kept turns out to be closed. Raises where both fail."""
        if question.target != self._target:
            self._aim(question.target)
        was_open = self._connection is not None and self._connection.sock is not None
        try:
            return self._send(question)
        except (ConnectionError, http.client.BadStatusLine):
            if not was_open:
                raise
            self.close()
            return self._send(question)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _aim(self, target: Target) -> None:
        self.close()
        address = find_address(target.url or find_standard_url())
        self._connection = make_connection(address)
        self._path = address.path
        self._headers = make_headers(target.api_key, None) | {"content-type": "application/json"}
        self._target = target

    def _send(self, question: _Question) -> Decision:
        connection = self._connection
        if connection is None:
            raise ConnectionError("there is no address to ask at")
        if connection.sock is None:
            connection.connect()
        left_ms = int((question.deadline - time.monotonic()) * 1000)
        if left_ms < 1:
            return _LATE  # nobody waits any more: what was decided now would be logged and not done
        body = json.dumps({**question.body, "within_ms": left_ms})
        connection.request("POST", self._path, body, self._headers)
        response = connection.getresponse()
        content = response.read(_MOST_BYTES)
        if not response.isclosed():
            connection.close()
        if response.status == http.client.SERVICE_UNAVAILABLE:
            return _LATE
        if response.status != http.client.OK:
            raise ValueError(f"{response.status} {response.reason} from {self._path}")
        return read_decision(json.loads(content))


def find_address(url: str) -> SplitResult:
    """Where to ask, from where spans are sent.

    >>> find_address("https://tacit.example.com/v1/traces").geturl()
    'https://tacit.example.com/api/v1/asks'
    """
    parts = urlsplit(url)
    return parts._replace(path=parts.path.rstrip("/").removesuffix(_TRACES_PATH) + PATH, query="", fragment="")


def make_connection(address: SplitResult) -> http.client.HTTPConnection:
    """A connection that is opened when it is needed."""
    if address.scheme == "https":
        certificate = os.environ.get("OTEL_EXPORTER_OTLP_CERTIFICATE") or None
        context = ssl.create_default_context(cafile=certificate)
        return http.client.HTTPSConnection(address.netloc, timeout=_CONNECTION_SECONDS, context=context)
    return http.client.HTTPConnection(address.netloc, timeout=_CONNECTION_SECONDS)


def read_decision(told: Any) -> Decision:
    """What the server said."""
    return Decision(
        id=str(told["id"]),
        asked=told["asked"] is True,
        propensity=float(told["propensity"] or 0.0),
        reason=str(told["reason"] or ""),
    )


_LATE: Final = Decision(reason="no answer in time")
_threads: "_Threads | None" = None
_threads_lock = threading.Lock()


def _find_threads() -> _Threads:
    """Those of this process: a child has none of its parent's."""
    global _threads
    threads = _threads
    if threads is None or threads.process != os.getpid():
        with _threads_lock:
            if _threads is None or _threads.process != os.getpid():
                _threads = _Threads()
            threads = _threads
    return threads
