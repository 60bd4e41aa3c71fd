"""Cases come in, the files that go out are written into a directory: the same bytes for the same cases."""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from feedback.datasets.lines import write_file
from feedback.review.regressions.choosing import Chosen
from feedback.review.regressions.lines import write_case
from feedback.review.regressions.promptfoo import name_tools, write_test

_HERE: Final = Path(__file__).parent
SHIPPED: Final[Mapping[str, Path]] = {
    "README.md": _HERE / "shipped" / "README.md",
    "checks.py": _HERE / "checks.py",
    "promptfooconfig.rubric.yaml": _HERE / "shipped" / "promptfooconfig.rubric.yaml",
    "promptfooconfig.yaml": _HERE / "shipped" / "promptfooconfig.yaml",
    "refusals.json": _HERE.parents[1] / "replies" / "refusals.json",
    "test_regressions.py": _HERE / "runner.py",
}
"""What goes out as it stands."""
MANIFEST: Final = "manifest.json"


def write_files(directory: Path, chosen: Chosen, about: Mapping[str, Any]) -> dict[str, Any]:
    """Write all files into the directory; return the manifest, which begins with `about`.

    Raises ValueError where there is no case: tests of nothing pass.
    """
    if not chosen.cases:
        raise ValueError("There is no case to write: a release would pass for nothing.")
    write_file(directory / "cases.jsonl", map(write_case, chosen.cases))
    write_file(directory / "promptfoo.jsonl", map(write_test, chosen.cases))
    for case in chosen.cases:
        if case.tools:
            (directory / name_tools(case.tools)).write_text(json.dumps(case.tools), encoding="utf-8")
    for name, path in SHIPPED.items():
        shutil.copyfile(path, directory / name)
    manifest = {**about, **describe(chosen), "files": describe_files(directory)}
    written = json.dumps(manifest, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"
    (directory / MANIFEST).write_bytes(written)
    return manifest


def describe(chosen: Chosen) -> dict[str, Any]:
    """How many cases there are of each failure mode, and how many failures are none, by reason."""
    titles = {case.failure.mode: case.failure.title for case in chosen.cases}
    numbers = sorted({*titles, *(each.mode for each in chosen.left_out)})
    return {
        "cases": len(chosen.cases),
        "failure_modes": [
            {
                "number": number,
                "title": titles.get(number, ""),
                "cases": sum(case.failure.mode == number for case in chosen.cases),
                "left_out": count_reasons(chosen, number),
            }
            for number in numbers
        ],
        "reasons": {
            each.reason.code: each.reason.meaning for each in sorted(chosen.left_out, key=lambda each: each.reason.code)
        },
    }


def count_reasons(chosen: Chosen, number: int) -> dict[str, int]:
    counts = Counter(each.reason.code for each in chosen.left_out if each.mode == number)
    return dict(sorted(counts.items()))


def describe_files(directory: Path) -> dict[str, dict[str, Any]]:
    names: Sequence[str] = sorted(path.name for path in directory.iterdir() if path.name != MANIFEST)
    return {name: describe_file((directory / name).read_bytes()) for name in names}


def describe_file(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
