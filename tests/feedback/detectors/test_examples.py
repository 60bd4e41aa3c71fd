import doctest
from types import ModuleType

import pytest

from feedback.detectors import pasted, refusal, times


@pytest.mark.parametrize("module", [pasted, refusal, times], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    failed, attempted = doctest.testmod(module)
    assert attempted > 0
    assert failed == 0
