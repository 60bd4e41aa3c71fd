"""The shape of the code: what may import what, what modules are called, and what ships."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tacit.version import VERSION

ROOT = Path(__file__).parents[1]
SDK = ROOT / "tracing" / "sdk"
PACKAGES = ("config", "drift", "feedback", "tracing")
NAMES_THAT_SAY_NOTHING = ("signals", "utils", "helpers", "common", "manager", "base")
OF_ANOTHER_SHAPE = {"apps.py", "migrations", "tests"}


def test_imports_go_one_way() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout
    assert ", 0 broken" in ended.stdout


def list_modules() -> list[Path]:
    return [
        path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.suffix == ".py" or path.is_dir()
    ]


def test_modules_have_names_that_say_something() -> None:
    modules = list_modules()
    assert len(modules) > 50
    assert [path for path in modules if path.stem in NAMES_THAT_SAY_NOTHING] == []


def test_every_module_says_what_it_is_for() -> None:
    own = [path for path in list_modules() if path.is_file() and not OF_ANOTHER_SHAPE & {path.name, path.parent.name}]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in own}
    assert [name for name, text in texts.items() if text.strip() and not text.startswith('"""')] == []


@pytest.fixture(scope="module")
def wheel_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDK's wheel."""
    directory = tmp_path_factory.mktemp("sdk")
    copy = shutil.copytree(SDK, directory / "sdk", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    ended = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(directory / "dist")],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    [path] = (directory / "dist").glob("*.whl")
    return path


@pytest.fixture(scope="module")
def wheel(wheel_path: Path) -> list[str]:
    """The names of the files in the SDK's wheel."""
    with zipfile.ZipFile(wheel_path) as archive:
        return archive.namelist()


def test_the_wheel_of_the_sdk_is_small(wheel_path: Path) -> None:
    assert wheel_path.stat().st_size < 110_000


def test_the_sdk_depends_on_opentelemetry_alone_and_tells_its_version(wheel_path: Path, wheel: list[str]) -> None:
    [name] = [name for name in wheel if name.endswith(".dist-info/METADATA")]
    with zipfile.ZipFile(wheel_path) as archive:
        lines = archive.read(name).decode().splitlines()
    needed = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    assert needed
    assert [one for one in needed if not one.startswith("opentelemetry-")] == []
    assert f"Version: {VERSION}" in lines


def test_the_wheel_of_the_sdk_holds_tacit_alone(wheel: list[str]) -> None:
    assert {name.partition("/")[0] for name in wheel if ".dist-info/" not in name} == {"tacit"}


def test_the_wheel_of_the_sdk_holds_every_module_and_says_that_it_is_typed(wheel: list[str]) -> None:
    sources = {path.relative_to(SDK / "src").as_posix() for path in (SDK / "src" / "tacit").rglob("*.py")}
    assert sources
    assert sources | {"tacit/py.typed"} <= set(wheel)
