"""A template and its variables in, the rendered text out; model calls made with it say which prompt they had.

Variables stand beside the template on the span, so that the user's own words can be told from those around them.
"""

import logging
import re
from collections.abc import Mapping
from contextvars import Token
from types import TracebackType
from typing import Any, Final

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span

from tacit import attributes
from tacit.context import detach, is_ours, set_span_values, write_text
from tacit.serialisation import encode_json, encode_text_or_json

_VARIABLE: Final = r"\{\{\s*([^\s{}]{1,200})\s*\}\}"
_logger = logging.getLogger(__name__)


class prompt:  # noqa: N801 - a verb of the API, as `conversation`
    """Model calls inside were made with this prompt; `as` gives the text with its variables filled in.

    >>> with prompt("support", version=3, template="Answer: {{question}}", variables={"question": "Why?"}) as text:
    ...     text
    'Answer: Why?'

    Written on spans that are begun right inside, on model calls beneath them, and on the observed function around
    where that has no prompt yet. Without a template the text is empty.
    """

    def __init__(
        self,
        name: str,
        version: str | int | None = None,
        template: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        given = {
            attributes.PROMPT_NAME: name,
            attributes.PROMPT_VERSION: version,
            attributes.PROMPT_TEMPLATE: template,
            attributes.PROMPT_VARIABLES: None if variables is None else encode_json(variables),
        }
        self._values = {key: write_text(value) for key, value in given.items() if value is not None}
        self.text = "" if template is None else render_template(write_text(template), variables or {}, name)
        self._tokens: list[Token[Context]] = []

    def __enter__(self) -> str:
        span = trace.get_current_span()
        if isinstance(span, Span) and is_ours(span) and attributes.PROMPT_NAME not in (span.attributes or {}):
            span.set_attributes(self._values)
        self._tokens.append(otel_context.attach(set_span_values(self._values, otel_context.get_current())))
        return self.text

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        detach(self._tokens.pop())

    async def __aenter__(self) -> str:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)


def render_template(template: str, variables: Mapping[str, Any], name: str = "") -> str:
    """The template with each `{{variable}}` replaced; values are put in as they are and never read as templates."""

    def fill_in(match: re.Match[str]) -> str:
        if match[1] in variables:
            return encode_text_or_json(variables[match[1]])
        _logger.warning("tacit.prompt(%r): no variable %r; the template keeps its place", name, match[1])
        return match.group()

    try:
        return re.sub(_VARIABLE, fill_in, template)
    except Exception:
        _logger.warning("tacit.prompt(%r) could not fill in its template", name, exc_info=True)
        return template
