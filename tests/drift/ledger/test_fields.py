"""What a call was made with is read from wherever instrumentations put it."""

import json

import pytest

from drift.ledger.fields import FIELDS, TITLES, Call, Field, list_variables, parse_tools


def find(name: str) -> Field:
    return next(field for field in FIELDS if field.name == name)


def test_every_field_has_a_name_and_a_title_of_its_own() -> None:
    assert len({field.name for field in FIELDS}) == len({field.title for field in FIELDS}) == len(FIELDS)
    assert {"system_instructions", "prompt", *(field.name for field in FIELDS)} == set(TITLES)


def test_tools_are_the_same_in_another_order() -> None:
    one = [{"name": "a", "parameters": {"type": "object", "required": ["x", "y"]}}, {"name": "b"}]
    other = [{"name": "b"}, {"parameters": {"required": ["y", "x"], "type": "object"}, "name": "a"}]
    assert parse_tools(json.dumps(one)) == parse_tools(json.dumps(other))
    assert find("tools").read(Call(0, tool_definitions=json.dumps(other))) == {"": "a\nb"}


def test_a_tool_with_another_description_is_another_definition() -> None:
    assert parse_tools('[{"name": "a", "description": "x"}]') != parse_tools('[{"name": "a", "description": "y"}]')
    assert set(parse_tools('[{"type": "function", "function": {"name": "a"}}]')) == {"a"}


@pytest.mark.parametrize(
    "call",
    [
        Call(0, attributes='{"gen_ai.openai.response.system_fingerprint": "fp_1"}'),
        Call(0, attributes='{"openai.response.system_fingerprint": "fp_1"}'),
        Call(0, parameters='{"system_fingerprint": "fp_1"}'),
        Call(0, metadata='{"system_fingerprint": "fp_1"}'),
    ],
)
def test_the_providers_fingerprint_is_found(call: Call) -> None:
    assert find("fingerprint").read(call) == {"": "fp_1"}


def test_releases_and_retrieval_are_found() -> None:
    call = Call(
        0,
        metadata='{"index_version": 7, "embedding_model": "e5", "user": "x"}',
        resource='{"service.version": "2.1", "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.version": "1.30"}',
    )
    assert find("retrieval").read(call) == {"index": "7", "embedding": "e5"}
    assert find("release").read(call) == {"": "2.1"}
    assert find("sdk").read(call) == {"opentelemetry": "1.30"}


def test_parameters_are_told_one_by_one() -> None:
    call = Call(0, parameters='{"temperature": 0.2, "response_format": {"b": 1, "a": 2}, "seed": null}')
    assert find("parameters").read(call)["temperature"] == "0.2"
    assert find("parameters").read(call)["response_format"].index('"a"') < 10
    assert "seed" not in find("parameters").read(call)


@pytest.mark.parametrize("text", ["", "nonsense", "[1, 2]", "null", '{"a": ' * 5_000, '"x"'])
def test_what_is_no_json_says_nothing(text: str) -> None:
    call = Call(0, parameters=text, tool_definitions=text, metadata=text, attributes=text, resource=text)
    assert [dict(field.read(call)) for field in FIELDS if field.name != "tools"] == [{}] * (len(FIELDS) - 1)
    assert find("tools").read(call) == {"": ""}
    assert list_variables(Call(0, prompt_variables=text)) == []
