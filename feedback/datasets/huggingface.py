"""A Hugging Face dataset folder: a card, `README.md`, and Parquet files of three configurations, `sft`, `dpo` and
`kto`, that `datasets.load_dataset` reads and TRL trains on.

A column of objects has the type Json of `datasets`, which keeps each object as it is: as structs, Parquet would give
the arguments of every tool the keys of all the others.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from feedback.datasets import trl_dpo, trl_kto, trl_sft
from feedback.datasets.card import write_card
from feedback.datasets.format import About, Format, Part, SplitName
from feedback.datasets.messages import Row
from feedback.datasets.record import Record

if TYPE_CHECKING:
    from pyarrow import Schema, Table

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "sft": ("messages", "tools"),
    "dpo": ("prompt", "chosen", "rejected", "tools"),
    "kto": ("prompt", "completion", "label", "tools"),
}
FLAGS: Final = frozenset({"label"})
"""Columns that are true or false; all others are lists of objects."""
ROWS: Final = 500
"""At a time, and in a row group."""


def name_file(part: str, split: SplitName) -> str:
    return f"{part}/{split}-00000-of-00001.parquet"


def write_folder(directory: Path, rows: Mapping[tuple[SplitName, str], Iterable[Row]], about: About) -> list[Path]:
    counts = {key: _write_file(directory / name_file(key[1], key[0]), key[1], given) for key, given in rows.items()}
    card = directory / "README.md"
    card.write_text(write_card(about, counts, COLUMNS, name_file), encoding="utf-8")
    return [card, *(directory / name_file(part, split) for split, part in counts)]


def _write_file(path: Path, part: str, rows: Iterable[Row]) -> int:
    from pyarrow.parquet import ParquetWriter

    schema, rest, count = _tell_schema(part), iter(rows), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with ParquetWriter(path, schema, compression="zstd") as file:
        while batch := list(islice(rest, ROWS)):
            file.write_table(_to_table(batch, schema), row_group_size=ROWS)
            count += len(batch)
    return count


def _tell_schema(part: str) -> "Schema":
    import pyarrow

    kinds = {True: pyarrow.bool_(), False: pyarrow.list_(pyarrow.json_())}
    features = {
        column: {"dtype": "bool", "_type": "Value"}
        if column in FLAGS
        else {"feature": {"_type": "Json"}, "_type": "List"}
        for column in COLUMNS[part]
    }
    told = {"huggingface": json.dumps({"info": {"features": features}})}
    return pyarrow.schema([(column, kinds[column in FLAGS]) for column in COLUMNS[part]], metadata=told)


def _to_table(rows: list[Row], schema: "Schema") -> "Table":
    import pyarrow

    columns = {
        name: pyarrow.array([row[name] for row in rows])
        if name in FLAGS
        else pyarrow.array([[_encode(each) for each in row[name]] for row in rows], pyarrow.list_(pyarrow.string()))
        for name in schema.names
    }
    return pyarrow.table(columns).cast(schema)


def _encode(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read_folder(directory: Path, split: SplitName, part: str) -> Iterator[Row]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(directory / name_file(part, split)) as file:
        for batch in file.iter_batches(batch_size=ROWS):
            for row in batch.to_pylist():
                yield {
                    name: cell if name in FLAGS else [json.loads(each) for each in cell] for name, cell in row.items()
                }


def _always_name_tools(write_row: Any, record: Record, _with_tools: bool) -> Row:
    """Every file of a configuration has the same columns, whatever its rows are."""
    row: Row = write_row(record, True)
    return row


def _to_part(name: str, format_: Format) -> Part:
    (part,) = format_.parts
    return Part(name, part.selection, partial(_always_name_tools, part.write_row), part.check_row, part.advise)


FORMAT = Format(
    name="hf",
    title="Hugging Face dataset",
    purpose="Publish or load all three kinds by datasets.load_dataset: praised answers, pairs and judgements.",
    parts=(_to_part("sft", trl_sft.FORMAT), _to_part("dpo", trl_dpo.FORMAT), _to_part("kto", trl_kto.FORMAT)),
    write=write_folder,
    read=read_folder,
)
