"""What a consumer of a format says of an export: run by the Python of an environment that has it, without a network.

`check.py CONSUMER OUT FOLDER`: the folder, as exported, comes in; one JSON object goes out into the file OUT.
"""

import json
import sys
from pathlib import Path
from typing import Any


def ask_together(folder: Path) -> Any:
    """The checker that Together runs before an upload."""
    from together.lib.utils.files import check_file

    return {name: check_file(folder / f"{name}.jsonl") for name in ("train", "validation")}


def ask_openai(folder: Path) -> Any:
    """Hold messages and tools against the types of OpenAI's own client, which know no further keys."""
    from openai.types import chat, shared_params
    from pydantic import ConfigDict, TypeAdapter
    from typing_extensions import TypedDict, is_typeddict

    for known in [*vars(chat).values(), *vars(shared_params).values()]:
        if is_typeddict(known):
            known.__pydantic_config__ = ConfigDict(extra="forbid")

    class Row(TypedDict):
        messages: list[chat.ChatCompletionMessageParam]
        tools: list[chat.ChatCompletionFunctionToolParam]

    strict = TypeAdapter(Row)
    rows = [row for name in ("train", "validation") for row in read_lines(folder / f"{name}.jsonl")]
    for messages, tools in (dialogue for row in rows for dialogue in list_dialogues(row)):
        strict.validate_python({"messages": messages, "tools": tools})
        for call in (call for message in messages for call in message.get("tool_calls", ())):
            assert isinstance(json.loads(call["function"]["arguments"]), dict), call
    return {"rows": len(rows)}


def list_dialogues(row: Any) -> list[tuple[Any, Any]]:
    if "messages" in row:
        assert set(row) <= {"messages", "tools"}, row
        assert all(message.get("weight", 0) in (0, 1) for message in row["messages"]), row
        return [([{k: v for k, v in each.items() if k != "weight"} for each in row["messages"]], row.get("tools", []))]
    assert set(row) == {"input", "preferred_output", "non_preferred_output"}, row
    assert set(row["input"]) <= {"messages", "tools", "parallel_tool_calls"}, row
    asked, tools = row["input"]["messages"], row["input"].get("tools", [])
    return [([*asked, *row[side]], tools) for side in ("preferred_output", "non_preferred_output")]


def read_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def ask_label_studio(folder: Path) -> Any:
    """What Label Studio's importer asks of an interface, its tasks and their predictions."""
    from label_studio_sdk.label_interface import LabelInterface

    interface = LabelInterface((folder / "label_config.xml").read_text())
    interface.validate()
    tasks = json.loads((folder / "tasks.json").read_text(encoding="utf-8"))
    predictions = [each for task in tasks for each in task["predictions"]]
    faults = [fault for each in predictions for fault in interface.validate_prediction(each, return_errors=True)]
    refused = [task for task in tasks if not interface.validate_task({"data": task["data"]})]
    return {"tasks": tasks, "faults": faults, "refused": refused}


def ask_pandas(folder: Path) -> Any:
    import pandas

    names = ("train", "validation")
    tables = {name: pandas.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False) for name in names}
    return {name: table.to_dict("records") for name, table in tables.items()}


def ask_huggingface(folder: Path) -> Any:
    """The card as the hub reads it, and each configuration as `datasets` loads it by the card."""
    from datasets import get_dataset_config_names, load_dataset
    from huggingface_hub import DatasetCard

    card = DatasetCard.load(folder / "README.md")
    names = get_dataset_config_names(str(folder))
    loaded = {name: load_dataset(str(folder), name) for name in names}
    rows = {name: {split: table.to_list() for split, table in splits.items()} for name, splits in loaded.items()}
    return {"card": card.data.to_dict(), "text": card.text, "rows": rows}


def ask_datasets(folder: Path) -> Any:
    """Rows of a long file, loaded with the features that the manifest advises, and what is said without them."""
    from datasets import Features, Json, List, Value, load_dataset
    from datasets.exceptions import DatasetGenerationError

    advice = json.loads((folder / "manifest.json").read_text())["trainer_advice"]["features"]
    types = {"List(Json())": List(Json()), "Value('bool')": Value("bool"), "Value('float64')": Value("float64")}
    features = Features({name: types[kind] for name, kind in advice.items()})
    path = folder / "train.jsonl"
    loaded = load_dataset("json", data_files=str(path), split="train", features=features)
    try:
        load_dataset("json", data_files=str(path), split="train")
        refused = False
    except DatasetGenerationError:
        refused = True
    return {"is_equal": list(loaded) == read_lines(path), "rows": len(loaded), "is_refused_without": refused}


CONSUMERS = {
    "datasets": ask_datasets,
    "together": ask_together,
    "openai": ask_openai,
    "label-studio": ask_label_studio,
    "pandas": ask_pandas,
    "huggingface": ask_huggingface,
}

if __name__ == "__main__":
    consumer, out, given = sys.argv[1:]
    Path(out).write_text(json.dumps(CONSUMERS[consumer](Path(given)), default=str), encoding="utf-8")
