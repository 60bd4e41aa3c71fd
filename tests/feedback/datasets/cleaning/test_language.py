"""Languages that were asked for are kept: by what the user typed and by the answer."""

import pytest

from feedback.datasets.cleaning import LANGUAGE
from feedback.datasets.record import Reason, Record
from tests.feedback.datasets.cleaning.rows import apply, row

GERMAN = "Das können Sie in den Einstellungen wieder rückgängig machen."


@pytest.mark.parametrize(
    ("record", "asked", "stays"),
    [
        (row("?", language="de"), ("de",), True),
        (row("?", language="de"), ("en", "fr"), False),
        (row("?", language="hi-Latn"), ("hi",), True),
        (row("?", language="de"), (" DE ",), True),
        (row("ok", answer=GERMAN), ("de",), True),
        (row("ok", answer="42"), ("de",), False),
        (row("?", language="en", answer=GERMAN), ("en",), False),
        (row("?", language="en", answer=GERMAN), ("en", "de"), True),
        (row("?", language="en", answer="Ja, gern."), ("en",), True),
        (row("ok", answer="42"), (), True),
        (row("?", language="xx"), (), True),
    ],
)
def test_rows_in_other_languages_go(record: Record, asked: tuple[str, ...], stays: bool) -> None:
    [kept] = apply(LANGUAGE, record, languages=asked)
    assert kept == (record if stays else Reason.LANGUAGE)
