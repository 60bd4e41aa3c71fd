"""Every program of `docs/instrument.md`, run as it stands: what it says of its users and its model arrives."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from benchmarks.peers.servers import answers, find_free_port
from tests.conftest import Server
from tests.parts import need
from tests.recipes.environments import SDK, Environment, make_node_environment, make_python_environment
from tests.recipes.model_server import (
    ANSWER,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    STORY,
    VERSION,
    ModelServer,
    run_model,
)
from tests.recipes.page import Recipe, read_recipes

RECIPES = read_recipes()
UNTOUCHED = next(recipe for recipe in RECIPES if recipe.name == "no-code-at-all")
OTHERS = ("OTEL_", "OPENAI_", "TACIT_", "LANGFUSE_", "LANGSMITH_", "TRACELOOP_")
"""Prefixes of variables that would lead a program elsewhere."""
ANSWERED_ONLY = ("langfuse",)
"""Recipes that tell the model that answered, and not the one that was asked."""
MODEL = "gpt-5-mini"
QUESTIONS = ("Where is my order 4711?", "Tell me a story.")


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with run_model() as model:
        yield model


def test_the_page_has_a_recipe_for_each_of_the_ways_that_apps_are_built() -> None:
    assert [recipe.name for recipe in RECIPES] == [
        "plain-openai",
        "fastapi-streaming",
        "langchain",
        "llamaindex",
        "pydantic-ai",
        "vercel-ai-sdk",
        "no-code-at-all",
        "opentelemetry",
        "openllmetry",
        "openinference",
        "langfuse",
    ]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_names_the_version_of_every_package(recipe: Recipe) -> None:
    versions = [package.rpartition("==" if recipe.language == "python" else "@") for package in recipe.packages]
    assert all(name and version[0].isdecimal() for name, _, version in versions)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [each for each in RECIPES if each != UNTOUCHED], ids=lambda recipe: recipe.name)
def test_what_a_recipe_tells_arrives(recipe: Recipe, server: Server, model: ModelServer, tmp_path: Path) -> None:
    run(recipe, name_addresses(server, model), tmp_path)
    server.derive()
    [conversation] = server.get_json("conversations")["items"]
    conversation = server.get_json(f"conversations/{conversation['conversation_id']}")
    assert (conversation["conversation_id"], conversation["user_id"]) == ("c-17", "u-4")
    check_turns(conversation["turns"])
    check_calls(recipe, server.get_json("generations")["items"])


@pytest.mark.slow
def test_an_app_in_which_nothing_is_changed_needs_variables_alone(
    server: Server, model: ModelServer, tmp_path: Path
) -> None:
    environment = make_python_environment(Environment(f"recipe-{UNTOUCHED.name}", UNTOUCHED.packages))
    (tmp_path / "app.py").write_text(UNTOUCHED.program, encoding="utf-8")
    variables = name_addresses(server, model)
    programs = f"{environment.python.parent}:{variables['PATH']}"
    commands = re.sub(r"(?<=OTLP_ENDPOINT=)\S+", server.url, UNTOUCHED.commands)
    run_program(["bash", "-ec", commands], variables | {"PATH": programs}, tmp_path)
    server.derive()
    [call] = server.get_json("generations")["items"]
    assert call["conversation_id_derived"]
    assert (call["user_text"], call["output_messages"][0]["content"]) == (QUESTIONS[0], ANSWER)
    assert (call["request_model"], call["response_model"]) == (MODEL, MODEL + VERSION)
    assert (call["input_tokens"], call["output_tokens"]) == (INPUT_TOKENS, OUTPUT_TOKENS)
    assert call["service_name"] == "shop-assistant"


def check_turns(turns: list[Mapping[str, Any]]) -> None:
    """One question that was answered and liked, and one whose answer the person stopped."""
    assert tuple(turn["user_message"] for turn in turns) == QUESTIONS
    answered, stopped = (turn["answer"] for turn in turns)
    assert (answered["text"], answered["outcome"], answered["ended_by"]) == (ANSWER, "completed", "")
    assert (stopped["outcome"], stopped["ended_by"]) == ("stopped", "client")
    assert STORY.startswith(stopped["text"])
    assert 0 < len(stopped["text"]) < len(STORY)
    told = [{(signal["kind"], signal["label"]) for signal in turn["signals"]} for turn in turns]
    assert ("thumbs", "up") in told[0]
    assert ("early_termination", "") in told[1]


def check_calls(recipe: Recipe, calls: list[Mapping[str, Any]]) -> None:
    """Whose calls they are, and those of the first turn with model and tokens."""
    assert {(call["conversation_id"], call["user_id"]) for call in calls} == {("c-17", "u-4")}
    whole = [call for call in calls if (call["input_tokens"], call["output_tokens"]) == (INPUT_TOKENS, OUTPUT_TOKENS)]
    assert whole
    asked = "" if recipe.name in ANSWERED_ONLY else MODEL
    assert {(call["request_model"], call["response_model"]) for call in whole} == {(asked, MODEL + VERSION)}
    assert all(call["input_messages"] and call["output_messages"] for call in whole)


def run(recipe: Recipe, variables: Mapping[str, str], directory: Path) -> None:
    if recipe.language == "js":
        run_in_node(recipe, variables)
        return
    app = directory / "app.py"
    app.write_text(recipe.program, encoding="utf-8")
    environment = Environment(f"recipe-{recipe.name}", (*recipe.packages, f"--editable={SDK}"))
    python = make_python_environment(environment).python
    if recipe.name == "fastapi-streaming":
        run_web_app(python, directory, variables)
    else:
        run_program([python, app], variables)


def run_web_app(python: Path, directory: Path, variables: Mapping[str, str]) -> None:
    """Served by uvicorn; a browser asks, likes the answer, asks again and goes away in the middle."""
    port = find_free_port()
    command = [python, "-m", "uvicorn", "app:app", "--port", str(port), "--log-level", "warning"]
    whose = {"conversation_id": "c-17", "user_id": "u-4"}
    with subprocess.Popen(command, cwd=directory, env=dict(variables), stderr=subprocess.PIPE, text=True) as app:
        try:
            wait_until_it_answers(port, app)
            with post(port, "/answers", whose | {"message_id": "m-1", "text": QUESTIONS[0]}) as answer:
                assert answer.read().decode() == ANSWER
            post(port, "/thumbs", {"conversation_id": "c-17", "message_id": "m-1", "label": "up"}).close()
            with post(port, "/answers", whose | {"message_id": "m-2", "text": QUESTIONS[1]}) as answer:
                assert answer.read(12)
            time.sleep(1)  # the server learns of it when it writes the next chunk
        finally:
            app.terminate()
            _, complaints = app.communicate(timeout=60)
    assert "Traceback" not in complaints


def wait_until_it_answers(port: int, app: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while not answers(port, "/openapi.json"):
        assert app.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)


def post(port: int, path: str, body: Mapping[str, str]) -> HTTPResponse:
    headers = {"Content-Type": "application/json"}
    request = Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), headers)
    opened: HTTPResponse = urlopen(request, timeout=30)
    return opened


def run_in_node(recipe: Recipe, variables: Mapping[str, str]) -> None:
    """Beside its `node_modules`, which is where imports of modules look."""
    node = shutil.which("node")
    need("Node", node and shutil.which("npm"))
    environment = make_node_environment(Environment(f"recipe-{recipe.name}", recipe.packages))
    app = environment.directory / "app.mjs"
    app.write_text(recipe.program, encoding="utf-8")
    run_program([str(node), app], variables)


def run_program(command: list[str | Path], variables: Mapping[str, str], directory: Path | None = None) -> None:
    """To its end, without a word on standard error that tells of a failure."""
    done = subprocess.run(
        command, env=dict(variables), cwd=directory, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def name_addresses(server: Server, model: ModelServer) -> dict[str, str]:
    """The environment of a program: Tacit's address, the model's, and keys that nobody checks."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}
    langfuse = {"LANGFUSE_PUBLIC_KEY": "pk-lf-none", "LANGFUSE_SECRET_KEY": "sk-lf-none"}
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": server.url, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}
    return inherited | model.variables | endpoint | langfuse | {"LANGFUSE_BASE_URL": server.url}
