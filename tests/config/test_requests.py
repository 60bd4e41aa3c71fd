"""An answer and the lines of the log that its request caused have the same number."""

import json
import logging
from typing import Any

from config.logs import JsonFormatter
from config.requests import REQUEST_ID, number_requests


def test_a_line_of_the_log_tells_the_request_that_its_answer_numbers() -> None:
    record = logging.LogRecord("tacit", logging.WARNING, __file__, 1, "said", (), None)
    told: list[dict[str, Any]] = []
    headers: list[tuple[str, str]] = []

    def answer(_environ: Any, start_response: Any) -> list[bytes]:
        told.append(json.loads(JsonFormatter().format(record)))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return []

    def start(_status: str, given: list[tuple[str, str]], *_error: Any) -> Any:
        headers.extend(given)

    sent = {"HTTP_X_REQUEST_ID": "of-somebody-else"}
    for _ in range(2):
        number_requests(answer)(sent, start)  # type: ignore[arg-type]
    numbers = [value for name, value in headers if name == "X-Request-Id"]
    assert [each["request"] for each in told] == numbers
    assert len({*numbers, "of-somebody-else"}) == 3
    REQUEST_ID.set("")
    assert "request" not in json.loads(JsonFormatter().format(record))
