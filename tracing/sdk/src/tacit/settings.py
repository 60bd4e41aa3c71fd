"""Names of the SDK's own variables in, their values out; a wrong value is said once and the default holds.

Each is documented in the README. Where spans go is said by the standard `OTEL_*` variables.
"""

import logging
import math
import os
from typing import Final

EXIT_TIMEOUT: Final = "TACIT_EXIT_TIMEOUT"
"""Seconds for which spans that have not left yet may hold the exit of the app."""
EXIT_SECONDS: Final = 2.0
SAMPLE_RATE: Final = "TACIT_SAMPLE_RATE"
"""Share of the conversations that leave, from 0 to 1."""
QUEUE_MEGABYTES: Final = "TACIT_QUEUE_MB"
"""Memory for spans that wait to leave; what comes over it is dropped and counted."""
DEFAULT_QUEUE_MEGABYTES: Final = 64.0

_logger = logging.getLogger(__name__)


def read_number(name: str, default: float, least: float = 0.0, most: float = math.inf) -> float:
    """The variable's number, or the default where it is not set or not a number from `least` to `most`."""
    text = os.environ.get(name, "").strip()
    try:
        return check_number(float(text), least, most) if text else default
    except ValueError:
        _logger.warning("%s=%r: expected a number from %g to %g; %g is used", name, text, least, most, default)
        return default


def check_number(number: float, least: float, most: float) -> float:
    """The number itself; ValueError where it is not from `least` to `most`."""
    if not least <= number <= most:
        msg = f"{number!r}: expected a number from {least:g} to {most:g}"
        raise ValueError(msg)
    return number
