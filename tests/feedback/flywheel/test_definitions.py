"""The same definition is the same bytes, whichever way it came."""

import json

import pytest

from feedback.api_definitions import DefinitionParameters, NewDefinition
from feedback.datasets.definition import Definition, write_definition


@pytest.mark.parametrize(
    ("body", "wanted"), [({}, {}), ({"balance": 2, "likeness": 1}, {"balance": 2.0, "likeness": 1.0})]
)
def test_numbers_are_written_alike(body: dict[str, float], wanted: dict[str, float]) -> None:
    given = NewDefinition(**{"format": "trl-kto", **body}).read()
    by_address = DefinitionParameters(**body).read("trl-kto", "")
    expected = json.dumps(write_definition(Definition("trl-kto", **wanted)))  # type: ignore[arg-type]
    assert json.dumps(write_definition(given)) == json.dumps(write_definition(by_address)) == expected
    sent_whole = NewDefinition(**json.loads(expected)).read()
    assert json.dumps(write_definition(sent_whole)) == expected
