"""Programs of other environments, without a network where the machine allows that: a name and a folder come in, what
the program wrote of it goes out."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from tests.recipes.environments import Environment, make_node_environment, make_python_environment

HERE = Path(__file__).resolve().parent
TRAINERS = Environment(
    "trainers",
    (
        "torch==2.13.0",
        "trl==1.16.0",
        "transformers==5.23.0",
        "datasets==5.2.0",
        "accelerate==1.15.0",
        "huggingface_hub==2.4.0",
    ),
)
CONSUMERS = Environment(
    "consumers",
    # Of Together, the last version that looks into the rows before it sends them.
    ("together==2.14.0", "openai==3.54.0", "label-studio-sdk==2.1.2", "pandas==3.1.1"),
)
PROMPTFOO = Environment("promptfoo", ("promptfoo@0.121.20",))
LONGEST_SECONDS = 500
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
}


def run_python(environment: Environment, program: str, name: str, folder: Path, work: Path, *rest: str) -> Any:
    """What the program of this directory tells of the folder; what it says goes to the test's report where it fails."""
    out = work / "told.json"
    python = make_python_environment(environment).python
    run([str(python), str(HERE / program), name, str(out), str(folder), *rest], work)
    return json.loads(out.read_text(encoding="utf-8"))


def run_promptfoo(folder: Path, work: Path, **secrets: str) -> Any:
    """What `promptfoo eval` writes of the folder's cases, judged by `grader.mjs` for want of a model."""
    program = make_node_environment(PROMPTFOO).directory / "node_modules/promptfoo/dist/src/entrypoint.js"
    out, grader = work / "told.json", HERE / "grader.mjs"
    options = ["--no-cache", "--no-write", "--no-table", "--no-progress-bar"]
    command = ["node", str(program), "eval", "-c", str(folder / "promptfooconfig.yaml"), *options]
    run([*command, "--grader", f"file://{grader}", "-o", str(out)], work, **secrets)
    return json.loads(out.read_text(encoding="utf-8"))


def run(command: list[str], work: Path, **environment: str) -> None:
    homes = {"HF_HOME": str(work / "hf"), "PROMPTFOO_CONFIG_DIR": str(work / "promptfoo")}
    done = subprocess.run(
        [*cut_network(), *command],
        cwd=work,
        env={**os.environ, **QUIET, **homes, **environment},
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


@cache
def cut_network() -> tuple[str, ...]:
    """The words that start a program without a network; none where the machine does not let us."""
    cut = ("unshare", "--map-root-user", "--net")
    if not shutil.which("unshare"):
        return ()
    return cut if subprocess.run([*cut, "true"], capture_output=True, check=False).returncode == 0 else ()
