"""JSON lines: rows come in, `train.jsonl` and `validation.jsonl` go out, and the rows again."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from feedback.datasets.format import About, SplitName
from feedback.datasets.messages import Row
from feedback.datasets.validation import encode_line


def write_lines(directory: Path, rows: Mapping[tuple[SplitName, str], Iterable[Row]], _about: About) -> list[Path]:
    """One file a split, of a format of one part. Raises ValueError for a row that JSON cannot hold."""
    return [write_file(directory / f"{split}.jsonl", given) for (split, _), given in rows.items()]


def write_file(path: Path, rows: Iterable[Row]) -> Path:
    with path.open("wb") as file:
        for row in rows:
            line = encode_line(row)
            if line is None:
                raise ValueError(f"a row that was checked cannot be written: {row!r:.200}")
            file.write(line)
    return path


def read_lines(directory: Path, split: SplitName, _part: str = "") -> Iterator[Row]:
    with (directory / f"{split}.jsonl").open("rb") as file:
        for line in file:
            yield json.loads(line)
