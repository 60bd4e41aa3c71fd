"""The folder of a Hugging Face dataset; `tests/trainers/` loads it by `datasets` itself."""

import json
from pathlib import Path

from pyarrow import parquet

from feedback.datasets.formats import FORMATS
from tests.feedback.datasets.specimens import list_specimens, make_agent, make_record, write_rows
from tracing.generations import Message, ToolCall


def test_each_configuration_has_a_file_a_split(tmp_path: Path) -> None:
    write_rows("hf", tmp_path, list_specimens(), list_specimens()[:2])
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    splits = ("train", "validation")
    assert files == ["README.md", *(f"{p}/{s}-00000-of-00001.parquet" for p in ("dpo", "kto", "sft") for s in splits)]


def test_tools_keep_their_own_keys(tmp_path: Path) -> None:
    """As structs, Parquet would give each call the arguments of all tools, and null for those that it has not."""
    order = Message("assistant", "", tool_calls=(ToolCall("call_1", "find_order", {"order_id": 3}),))
    other = make_record("Q?", order, Message("tool", "{}", tool_call_id="call_1"))
    write_rows("hf", tmp_path, [make_agent(), other])
    rows = list(FORMATS["hf"].read(tmp_path, "train", "sft"))
    arguments = [row["messages"][1]["tool_calls"][0]["function"]["arguments"] for row in rows]
    assert arguments == [{"city": "Ås", "days": [1, 2]}, {"order_id": 3}]


def test_the_file_tells_datasets_which_columns_are_objects(tmp_path: Path) -> None:
    write_rows("hf", tmp_path, [make_record()])
    schema = parquet.read_schema(tmp_path / "kto/train-00000-of-00001.parquet")
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert features == {
        **{name: {"feature": {"_type": "Json"}, "_type": "List"} for name in ("prompt", "completion", "tools")},
        "label": {"dtype": "bool", "_type": "Value"},
    }
    assert schema.names == ["prompt", "completion", "label", "tools"]


def test_a_file_without_rows_has_its_columns(tmp_path: Path) -> None:
    write_rows("hf", tmp_path, [make_record()])
    empty = parquet.read_table(tmp_path / "dpo/validation-00000-of-00001.parquet")
    assert (empty.num_rows, empty.column_names) == (0, ["prompt", "chosen", "rejected", "tools"])
