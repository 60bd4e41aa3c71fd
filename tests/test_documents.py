"""What the documents name is there, and what the README says to paste into an app works."""

import os
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

import pytest
from pydantic import SecretStr

from config.cli import main
from config.env import Environment
from feedback.datasets import FORMATS
from feedback.detectors import DETECTORS
from tests.conftest import Server

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
README = (ROOT / "README.md").read_text()
LINK = re.compile(r"\]\(([^)\s]+)\)|\b(?:src|srcset)=\"([^\"]+)\"")
VERB = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)

PLANNED = {"reprocess"}
"""Commands that documents name as not built yet."""


def name_document(path: Path) -> str:
    return str(path.relative_to(ROOT))


def list_links(document: Path) -> list[str]:
    """Targets inside the repository, without what follows `#`."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    targets = [first or second for first, second in LINK.findall(text)]
    return [unquote(each.partition("#")[0]) for each in targets if not re.match(r"https?:|#", each)]


def read_code(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def list_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    sdk = tomllib.loads((ROOT / "tracing/sdk/pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    requirements = [*project["dependencies"], *chain.from_iterable(extras), *sdk["dependencies"]]
    return {re.split(r"[^\w.-]", requirement)[0] for requirement in requirements}


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w./-]+)(?:::(\w+))?`", (ROOT / "docs/threat-model.md").read_text())
    assert len(named) > 20
    for path, name in named:
        assert (ROOT / path).exists(), path
        assert not name or f"def {name}(" in (ROOT / path).read_text(), f"{path}::{name}"
    assert not re.search(r"`test_", (ROOT / "docs/threat-model.md").read_text()), "a test without its path"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_document)
def test_links_lead_to_files_that_there_are(document: Path) -> None:
    missing = [target for target in list_links(document) if not (document.parent / target).exists()]
    assert missing == []


def test_files_that_contributing_and_the_readme_name_in_code_are_there() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        named = re.findall(r"`((?:config|tracing|feedback|tests|docs)/[\w./]*)`", (ROOT / name).read_text())
        assert named
        assert [path for path in named if not (ROOT / path).exists()] == []


def test_verbs_are_in_the_makefile() -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        assert set(VERB.findall(document.read_text())) <= verbs, document
    assert set(VERB.findall("\n".join(read_code("sh")))) == {"run", "test"}


def test_every_direct_dependency_has_its_line_and_no_other() -> None:
    table = re.findall(r"^\| `([\w.-]+)` \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    assert sorted(table) == sorted(list_dependencies())


def test_every_setting_has_its_line_with_its_default() -> None:
    lines = re.findall(r"^\| `TACIT_(\w+)` \| (\S+) \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    written = {name.lower(): default.strip("`") for name, default in lines}
    defaults = {name: field.default for name, field in Environment.model_fields.items()}
    fields = {
        name: default.get_secret_value() if isinstance(default, SecretStr) else str(default)
        for name, default in defaults.items()
    }
    assert written == {name: {"": "empty", "False": "false"}.get(default, default) for name, default in fields.items()}


def test_every_decision_is_in_the_index_under_its_number() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text()
    pages = sorted((ROOT / "docs/decisions").glob("0*.md"))
    assert pages
    entries = [
        f"{int(page.name[:4])}. [{page.read_text().splitlines()[0].partition('. ')[2]}]({page.name})" for page in pages
    ]
    assert re.findall(r"^\d+\. .+$", index, re.MULTILINE) == entries


def test_code_refers_to_decisions_that_there_are() -> None:
    sources = [path for folder in ("config", "tracing", "feedback") for path in (ROOT / folder).rglob("*.py")]
    numbers = {number for path in sources for number in re.findall(r"\bADR (\d{4})\b", path.read_text())}
    assert numbers
    assert all(list((ROOT / "docs/decisions").glob(f"{number}-*.md")) for number in numbers)


def test_the_readme_names_the_signals_and_formats_that_there_are() -> None:
    [line] = re.findall(r"^- Derives [\w-]+ signals: (.+?)\.", README, re.MULTILINE)
    assert sorted(each.replace(" ", "_") for each in line.split(", ")) == sorted(each.kind for each in DETECTORS)
    [formats] = re.findall(r"--format ([\w|-]+)", README)
    assert formats.split("|") == list(FORMATS)


def test_commands_that_documents_name_exist_with_their_options() -> None:
    text = "\n".join(document.read_text() for document in DOCUMENTS)
    lines = re.findall(r"(?:`|bin/|run --rm web )tacit ([a-z]+(?: --[\w-]+)*)", text)
    assert lines
    for name, *options in (line.split() for line in lines):
        if name not in PLANNED:
            known = {option for each in main.commands[name].params for option in each.opts}
            assert set(options) <= {*known, "--help"}, name


def test_what_the_readme_pastes_into_an_app_becomes_a_conversation(server: Server, tmp_path: Path) -> None:
    [code] = read_code("python")
    app = tmp_path / "app.py"
    app.write_text(code)
    environment = os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": server.url}
    subprocess.run([sys.executable, app], env=environment, check=True, timeout=60)
    server.derive()
    [conversation] = server.get_json("conversations")["items"]
    [turn] = server.get_json(f"conversations/{conversation['conversation_id']}")["turns"]
    assert turn["user_message"] in code
    assert [(signal["kind"], signal["label"]) for signal in turn["signals"]] == [("thumbs", "up")]
