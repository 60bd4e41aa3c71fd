"""The recipes of `docs/instrument.md`: the page in, complete programs with what they need installed out."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "instrument.md"
HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INSTALL = re.compile(r"(?:pip|npm) install ((?:[^\\\n]|\\\n)*)\n?")
SDK = "<checkout>/tracing/sdk"


@dataclass(frozen=True)
class Recipe:
    """One program of the page; `language` is python or js."""

    title: str
    packages: tuple[str, ...]
    """By name and version, without the SDK, as pip or npm takes them."""
    commands: str
    """What a shell runs after the installation, where anything."""
    language: str
    program: str

    @property
    def name(self) -> str:
        return self.title.lower().replace(" ", "-")


def read_recipes() -> list[Recipe]:
    """Every section that says what to install; one under another begins the program of that one."""
    recipes = []
    shared = ""
    for level, title, text in split_sections(PAGE.read_text(encoding="utf-8")):
        blocks = BLOCK.findall(text)
        program = "".join(code for language, code in blocks if language in ("python", "js"))
        if level == 2:
            shared = ""
        shell = next((code for language, code in blocks if language == "sh"), "")
        if packages := read_packages(shell):
            language = next(language for language, _ in blocks if language in ("python", "js"))
            recipes.append(Recipe(title, tuple(packages), INSTALL.sub("", shell), language, program + shared))
        elif level == 2:
            shared = program
    return recipes


def split_sections(text: str) -> list[tuple[int, str, str]]:
    """Level, title and text of each section; a `#` inside code heads nothing."""
    code = [range(*found.span()) for found in BLOCK.finditer(text)]
    heads = [found for found in HEADING.finditer(text) if not any(found.start() in each for each in code)]
    ends = [found.start() for found in heads[1:]] + [len(text)]
    return [(len(head[1]), head[2], text[head.end() : end]) for head, end in zip(heads, ends, strict=True)]


def read_packages(code: str) -> list[str]:
    """What an install line names.

    >>> read_packages('pip install <checkout>/tracing/sdk "a[b]==1" c==2')
    ['a[b]==1', 'c==2']
    """
    line = INSTALL.match(code)
    return [word.strip('"') for word in line[1].replace("\\\n", " ").split() if word != SDK] if line else []
