import doctest
from types import ModuleType

import pytest

from feedback.detectors import (
    complaint,
    constraint_violation,
    format_failure,
    language_mismatch,
    reactions,
    refusal,
    sentiment_shift,
    times,
)
from feedback.languages import identification, prose, scripts
from feedback.reactions import pasted
from feedback.replies import apologies, refusals
from feedback.training import answers
from feedback.wishes import checking, counting, forms, keeping, languages, limits, texts, wording

MODULES = [
    *(complaint, constraint_violation, format_failure, language_mismatch, reactions, refusal, sentiment_shift),
    *(times, pasted),
    *(identification, prose, scripts, apologies, refusals, answers),
    *(checking, counting, forms, keeping, languages, limits, texts, wording),
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    failed, attempted = doctest.testmod(module)
    assert attempted > 0
    assert failed == 0
