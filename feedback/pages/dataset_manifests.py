"""The manifest of a version comes in; what whoever trains on it has to know goes out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from feedback.datasets.labels.precisions import describe_precisions, read_precisions

PLAIN: Final = ("why", "note", "notes")
"""Of the advice what is for people."""


@dataclass(frozen=True, slots=True)
class ShownFile:
    name: str
    bytes: int
    rows: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Advice:
    """Options for a trainer as a line to paste, and why."""

    part: str
    trainer: str
    options: str
    why: str


@dataclass(frozen=True, slots=True)
class ShownManifest:
    needs: tuple[str, ...]
    biases: tuple[str, ...]
    reviewed: tuple[str, ...]
    """How right labels by behaviour are by reviews of the project, a sentence a kind."""
    advice: tuple[Advice, ...]
    licence: str
    facts: tuple[tuple[str, str], ...]


FACTS: Final = {
    "id": "id",
    "tacit_version": "made by Tacit",
    "commit": "commit",
    "parent": "version before it",
    "seed": "seed",
}


def show_manifest(manifest: Mapping[str, Any]) -> ShownManifest:
    return ShownManifest(
        needs=tuple(list_texts(manifest.get("needs"))),
        biases=tuple(dict.fromkeys(list_texts(manifest.get("known_biases")))),
        reviewed=tuple(describe_precisions(read_precisions(manifest.get("reviewed_detectors", {})))),
        advice=tuple(show_advice(manifest.get("trainer_advice", {}))),
        licence=write_text(manifest.get("licence", "")),
        facts=tuple((words, write_text(manifest[name])) for name, words in FACTS.items() if manifest.get(name)),
    )


def show_files(there: Mapping[str, Path], manifest: Mapping[str, Any]) -> list[ShownFile]:
    """Those that can be downloaded, with what the manifest says of them; of itself it says nothing."""
    told = manifest.get("files", {})
    return [
        ShownFile(name, path.stat().st_size, told.get(name, {}).get("rows"), told.get(name, {}).get("sha256", ""))
        for name, path in there.items()
    ]


def list_texts(given: Any) -> Iterator[str]:
    """Texts of a list, or of lists by part."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, Mapping):
        for each in given.values():
            yield from list_texts(each)
    elif isinstance(given, list | tuple):
        for each in given:
            yield from list_texts(each)


def show_advice(advice: Mapping[str, Any], part: str = "") -> Iterator[Advice]:
    """Of one part, or of each part by its name."""
    if advice and all(isinstance(each, Mapping) for each in advice.values()) and "trainer" not in advice:
        for name, each in advice.items():
            yield from show_advice(each, name)
    elif advice:
        options = {name: value for name, value in advice.items() if name not in (*PLAIN, "trainer")}
        why = " ".join(list_texts([advice.get(name) for name in PLAIN]))
        yield Advice(part, str(advice.get("trainer", "")), write_options(options), why)


def write_options(options: Mapping[str, Any]) -> str:
    """
    >>> write_options({"beta": 0.1, "loss_type": "sigmoid"})
    'beta=0.1,\\nloss_type="sigmoid",'
    """
    return "\n".join(f"{name}={write_option(value)}," for name, value in options.items())


def write_option(value: Any) -> str:
    """As Python writes it."""
    if value is None or isinstance(value, bool):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def write_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
