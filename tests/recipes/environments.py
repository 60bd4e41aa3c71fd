"""Environments of their own, outside the repository: packages by name in, programs that have them out.

Each is made once for its packages, in `~/.cache/tacit-peers/`, where benchmarks keep theirs.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CACHE = Path.home() / ".cache" / "tacit-peers"
SDK = Path(__file__).resolve().parents[2] / "tracing" / "sdk"


@dataclass(frozen=True)
class Environment:
    """Packages for one app, as pip or npm takes them."""

    name: str
    packages: tuple[str, ...]

    @property
    def directory(self) -> Path:
        return CACHE / self.name

    @property
    def python(self) -> Path:
        return self.directory / "bin" / "python"

    def read_versions(self) -> dict[str, str]:
        """What is installed of its packages, by name."""
        names = [find_name(package) for package in self.packages]
        if not self.python.exists():
            manifests = [self.directory / "node_modules" / name / "package.json" for name in names]
            return {name: json.loads(path.read_text())["version"] for name, path in zip(names, manifests, strict=True)}
        code = "import importlib.metadata as found, json, sys; print(json.dumps([*map(found.version, sys.argv[1:])]))"
        told = subprocess.run([self.python, "-c", code, *names], capture_output=True, text=True, check=True)
        return dict(zip(names, json.loads(told.stdout), strict=True))


def find_name(package: str) -> str:
    """Without version and extras.

    >>> [find_name(package) for package in ("mlflow", "langfuse<4", "lmnr[openai]", "ai@5", "@ai-sdk/openai@2")]
    ['mlflow', 'langfuse', 'lmnr', 'ai', '@ai-sdk/openai']
    >>> find_name("tacit @ file:///tracing/sdk")
    'tacit'
    """
    return re.match(r"@?[^@<=\[ ]+", package)[0]  # type: ignore[index]


def make_python_environment(environment: Environment) -> Environment:
    """The same environment, with `python`; installed where it is not yet."""
    if not is_made(environment):
        pip = [environment.python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment.directory], check=True)
        subprocess.run([*pip, *environment.packages], check=True)
        mark_made(environment)
    return environment


def make_node_environment(environment: Environment) -> Environment:
    """The same environment, with `node_modules`; installed where it is not yet."""
    if not is_made(environment):
        environment.directory.mkdir(parents=True, exist_ok=True)
        (environment.directory / "package.json").write_text('{"private": true, "type": "module"}\n')
        npm = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"]
        subprocess.run([*npm, *environment.packages], cwd=environment.directory, check=True)
        mark_made(environment)
    return environment


def is_made(environment: Environment) -> bool:
    stamp = environment.directory / ".installed"
    return stamp.exists() and stamp.read_text() == "\n".join(environment.packages)


def mark_made(environment: Environment) -> None:
    (environment.directory / ".installed").write_text("\n".join(environment.packages))
