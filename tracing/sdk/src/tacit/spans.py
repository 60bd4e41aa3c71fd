"""A block of code in, a span of it out: what `@tacit.observe` does for a whole function."""

from contextvars import Token
from types import TracebackType

from opentelemetry.context import Context, attach

from tacit.content import Content, Redact
from tacit.context import detach
from tacit.observation import Kind, check_kind
from tacit.recording import Call, Operation, Parameters, describe_kind, log_failure
from tacit.serialisation import cut_text, encode_text_or_json


class OpenSpan:
    """The span of the running block. Nothing that is told to it can raise."""

    __slots__ = ("_call",)

    def __init__(self, call: Call) -> None:
        self._call = call

    def set_input(self, value: object) -> None:
        """What the block works on: a text, messages, or anything that JSON can show."""
        try:
            self._call.set_input({"input": value})
        except Exception:
            log_failure()

    def set_output(self, value: object) -> None:
        """What the block came to: a text, or anything that JSON can show."""
        try:
            self._call.set_output(value)
        except Exception:
            log_failure()

    def set_attribute(self, name: str, value: object) -> None:
        """A text, number or truth value as it is, anything else as JSON."""
        try:
            plain = isinstance(value, (bool, int, float))
            self._call.attributes[name] = value if plain else cut_text(encode_text_or_json(value))  # type: ignore[assignment]
        except Exception:
            log_failure()


class span:  # noqa: N801 - a verb of the API, used like `contextlib.suppress`
    """Makes a span of the block inside, in asynchronous code, too.

    `input` is what the block works on; what it comes to is told inside:

    >>> with span("rerank", kind="retriever", input="red shoes") as block:
    ...     block.set_output(["page 3", "page 1"])

    `capture_input`, `capture_output` and `redact` are those of `@tacit.observe`.
    """

    def __init__(
        self,
        name: str,
        *,
        kind: Kind = "chain",
        input: object = None,
        capture_input: bool = True,
        capture_output: bool = True,
        redact: Redact | None = None,
    ) -> None:
        check_kind("span", kind)
        content = Content(capture_input, capture_output, redact)
        self._operation = Operation(name, Parameters(), describe_kind(kind), content)
        self._arguments = {} if input is None else {"input": input}
        self._entered: list[tuple[Call, Token[Context]]] = []

    def __enter__(self) -> OpenSpan:
        call = Call(self._operation, (), self._arguments)
        self._entered.append((call, attach(call.context)))
        return OpenSpan(call)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        call, token = self._entered.pop()
        detach(token)
        if error is None:
            call.complete(None)
        else:
            call.fail(error)
