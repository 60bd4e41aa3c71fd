import json
from typing import Any

import pytest

from tests.tracing.reading import call_model, make_read_span, read_only
from tracing.conventions.parameters import drop_defaults, gather_parameters, read_parameters


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"temperature": 0, "top_p": 0.5, "model": "m", "messages": []}, {"temperature": 0, "top_p": 0.5}),
        ({"max_completion_tokens": 5}, {"max_tokens": 5}),
        (
            {"maxOutputTokens": 5, "topK": 3, "stopSequences": ["a"]},
            {"max_tokens": 5, "top_k": 3, "stop_sequences": ["a"]},
        ),
        ({"stop": "END"}, {"stop_sequences": ["END"]}),
        ({"n": 2}, {"choice.count": 2}),
        ({"n": 1, "max_tokens": -1, "seed": None, "stop": [], "top_p": ""}, {}),
        ({"reasoning": {"effort": "low"}}, {"reasoning.level": "low"}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        ({"generationConfig": {"temperature": 0.2, "candidateCount": 2}}, {"temperature": 0.2, "choice.count": 2}),
        ({"temperature": float("nan"), "max_tokens": "Infinity"}, {}),
        ("not an object", {}),
    ],
)
def test_settings_have_the_conventions_names(asked: Any, told: dict[str, Any]) -> None:
    assert read_parameters(asked) == told


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("gen_ai.request.temperature", 0.2, {"temperature": 0.2}),
        ("gen_ai.request.choice.count", 3, {"choice.count": 3}),
        ("gen_ai.request.reasoning_effort", "low", {"reasoning.level": "low"}),
        ("gen_ai.openai.request.seed", 7, {"seed": 7}),
        ("openai.request.service_tier", "flex", {"service_tier": "flex"}),
        ("gen_ai.output.type", "json", {"output.type": "json"}),
        ("llm.top_p", 0.5, {"top_p": 0.5}),
        ("ai.settings.maxOutputTokens", 5, {"max_tokens": 5}),
        ("langsmith.metadata.ls_temperature", 0.2, {"temperature": 0.2}),
        ("gen_ai.request.model", "m", {}),
        ("gen_ai.request.stream", True, {}),
        ("ai.settings.maxRetries", 2, {}),
    ],
)
def test_settings_stand_in_an_attribute_each(name: str, value: Any, told: dict[str, Any]) -> None:
    assert gather_parameters({name: value}) == told


def test_what_an_instrumentation_fills_in_was_not_asked() -> None:
    assert drop_defaults({"temperature": 1, "top_p": 0.9, "seed": 0}) == {"top_p": 0.9}
    told = call_model() | {"gen_ai.request.temperature": 1.0}
    assert read_only(make_read_span(1, told, scope_name="openlit.instrumentation.openai")).parameters == {}
    assert read_only(make_read_span(1, told)).parameters == {"temperature": 1.0}


def test_the_nearest_prompt_is_the_calls() -> None:
    far = {"gen_ai.prompt.name": "far", "llm.prompt_template.variables": json.dumps({"a": 1})}
    near = {"gen_ai.prompt.name": "near", "gen_ai.prompt.version": 2}
    spans = [make_read_span(1, far), make_read_span(2, near, parent=1), make_read_span(3, call_model(), parent=2)]
    call = read_only(*spans)
    assert (call.prompt_name, call.prompt_version, call.prompt_variables) == ("near", "2", {})


@pytest.mark.parametrize(
    ("attributes", "prompt"),
    [
        ({"langfuse.observation.prompt.name": "p", "langfuse.observation.prompt.version": 3}, ("p", "3", {})),
        ({"traceloop.prompt.key": "p", "traceloop.prompt.template_variables.order": 1}, ("p", "", {"order": 1})),
        ({"mlflow.linkedPrompts": '[{"name": "p", "version": "4"}]'}, ("p", "4", {})),
        ({"gen_ai.prompt.name": "p", "llm.prompt_template.variables": "rubbish"}, ("p", "", {})),
        ({"mlflow.linkedPrompts": "[3]"}, ("", "", {})),
    ],
)
def test_prompts_are_named_in_many_ways(attributes: dict[str, Any], prompt: tuple[str, str, dict[str, Any]]) -> None:
    call = read_only(make_read_span(1, call_model() | attributes))
    assert (call.prompt_name, call.prompt_version, call.prompt_variables) == prompt
