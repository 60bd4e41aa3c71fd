"""No file that Tacit reads can run code: nothing is unpickled, evaluated, or given to a shell, and what is shown is
escaped, in all of the platform and the SDK."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.serializers import JSONSerializer
from django.utils.module_loading import import_string

from config.celery import app

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("config", "tracing", "feedback", "drift")
MODULES = frozenset(
    {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "jsonpickle"}
    | {"xml", "lxml", "xmlrpc", "tarfile", "code", "codeop"}
)
"""That turn bytes into code or objects of any kind, or read XML, which nothing of ours needs."""
CALLS = frozenset(
    {
        "eval",
        "exec",
        "compile",
        "__import__",
        "os.system",
        "os.popen",
        "pandas.read_pickle",
    }
)
METHODS = frozenset({"read_pickle", "to_pickle"})
SAFE_WHERE = {
    "load": {"np": ("allow_pickle", False), "numpy": ("allow_pickle", False), "torch": ("weights_only", True)},
    "from_pretrained": {"": ("local_files_only", True)},
}
"""Calls that are safe with one argument: by their name and that of the module, empty for any."""
UNESCAPED = {
    "tracing/templatetags/presentation.py": 3,  # the shapes of states, which are our own
    "templates/parts/answer.html": 1,  # all these by `render_markdown`, whose HTML nh3 has cleaned
    "templates/parts/conversation_panel.html": 1,
    "templates/parts/review_form.html": 1,
    "templates/parts/review_front.html": 1,
    "templates/review_results.html": 1,
}
"""Where something is said to need no escaping, and how often."""
TRAINING = "feedback/training/"
"""Run by hand on data sets that a person chose, and in no server."""


def list_files() -> list[Path]:
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if TRAINING not in path.as_posix() and "/tests/" not in path.as_posix()]


def find_unsafe(source: str) -> Iterator[str]:
    """What a module has that could run what it reads."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (f"import {each.name}" for each in node.names if each.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            yield f"from {node.module} import"
        elif isinstance(node, ast.Call):
            yield from judge_call(node)


def judge_call(call: ast.Call) -> Iterator[str]:
    name = ast.unparse(call.func)
    owner, _, method = name.rpartition(".")
    given = {each.arg: each.value for each in call.keywords}
    if name in CALLS or method in METHODS:
        yield f"{name}()"
    if name == "yaml.load" or is_true(given.get("shell")) or is_true(given.get("trust_remote_code")):
        yield ast.unparse(call)
    argument, value = SAFE_WHERE.get(method, {}).get(owner, SAFE_WHERE.get(method, {}).get("", ("", None)))
    if argument and not (isinstance(told := given.get(argument), ast.Constant) and told.value is value):
        yield f"{name}() without {argument}={value}"


def is_true(node: ast.expr | None) -> bool:
    return node is not None and not (isinstance(node, ast.Constant) and not node.value)


def test_nothing_that_is_read_can_run() -> None:
    files = list_files()
    assert len(files) > 500
    found = {path.relative_to(ROOT): list(find_unsafe(path.read_text(encoding="utf-8"))) for path in files}
    assert not {path: each for path, each in found.items() if each}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import xml.etree.ElementTree as e",
        "eval(text)",
        "np.load(file)",
        "np.load(file, allow_pickle=True)",
        "torch.load(file)",
        "yaml.load(text)",
        "import tarfile",
        "subprocess.run(text, shell=True)",
        "AutoModel.from_pretrained(path)",
        "AutoModel.from_pretrained(path, local_files_only=True, trust_remote_code=True)",
    ],
)
def test_what_could_run_is_found(source: str) -> None:
    assert list(find_unsafe(source))


@pytest.mark.parametrize(
    "source", ["np.load(file, allow_pickle=False)", "re.compile(text)", "json.load(file)", "network.eval()"]
)
def test_what_cannot_is_not(source: str) -> None:
    assert not list(find_unsafe(source))


def test_what_is_not_escaped_is_known() -> None:
    paths = [*list_files(), *sorted((ROOT / "templates").rglob("*.html"))]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    told = {path: len(re.findall(r"\bmark_safe\(|\|\s*safe\b|\bautoescape\b", text)) for path, text in texts.items()}
    assert {path: count for path, count in told.items() if count} == UNESCAPED


def test_sessions_and_messages_between_processes_are_json() -> None:
    assert import_string(settings.SESSION_SERIALIZER) is JSONSerializer
    assert set(app.conf.accept_content) == {"json"}
    assert app.conf.task_serializer == "json"


def test_whatever_writes_csv_guards_its_cells() -> None:
    writers = {
        str(path.relative_to(ROOT)): source for path in list_files() if "csv.writer(" in (source := path.read_text())
    }
    assert len(writers) >= 4
    for name, source in writers.items():
        assert "from tracing.formulas import guard_cell" in source, name
        assert source.count("guard_cell") > 1, name
    assert not [path for path in list_files() if "DictWriter" in path.read_text() or ".to_csv(" in path.read_text()]
