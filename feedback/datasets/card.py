"""The card of a Hugging Face dataset: what is known of it comes in, `README.md` goes out. Names and licences are texts
of people, so nothing of them is read as YAML, Markdown or HTML."""

import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from feedback.datasets.format import SPLITS, About, SplitName

Counts = Mapping[tuple[SplitName, str], int]

KINDS: Final = {
    "sft": "Dialogues that end with a praised answer, for supervised finetuning.",
    "dpo": "Pairs of answers to the same messages: the one that its user preferred, and the other.",
    "kto": "Single answers, with whether they were found good.",
}
MEANINGS: Final = {
    "messages": "the dialogue: `role`, `content`, and for tools `tool_calls`, `tool_call_id` and `name`",
    "prompt": "what the model was asked: a list of messages",
    "completion": "the answer: a list of one message",
    "chosen": "the answer that was preferred: a list of one message",
    "rejected": "the other answer: a list of one message",
    "label": "whether the answer was found good",
    "tools": "functions that the model could call, as JSON schemas; an empty list where there were none",
}
LICENCES: Final = frozenset(
    {"apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0"}
    | {"odbl", "odc-by", "pddl", "cdla-permissive-2.0", "cdla-sharing-1.0", "gpl-3.0", "bsd-3-clause", "openrail"}
)
"""Those that the hub knows by a name of its own."""
SIZES: Final = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))


def write_card(
    about: About,
    counts: Counts,
    columns: Mapping[str, Iterable[str]],
    name_file: Callable[[str, SplitName], str],
) -> str:
    told = "".join(f"{key}: {json.dumps(value)}\n" for key, value in _tell_metadata(about, counts, name_file).items())
    return f"---\n{told}---\n\n{_write_body(about, counts, columns)}"


def _tell_metadata(about: About, counts: Counts, name_file: Callable[[str, SplitName], str]) -> dict[str, Any]:
    """Each value is written as JSON, which YAML reads as it is. A split without rows is not named: `load_dataset` loads
    all or nothing, and takes no empty one."""
    parts = list(dict.fromkeys(part for (_, part), count in counts.items() if count))
    return {
        **({"pretty_name": about.name} if about.name else {}),
        **_tell_licence(about.licence),
        **({"language": list(about.languages)} if about.languages else {}),
        "task_categories": ["text-generation"],
        "size_categories": [tell_size(sum(counts.values()))],
        "tags": ["trl", "conversational", "human-feedback"],
        "configs": [
            {
                "config_name": part,
                "data_files": [
                    {"split": split, "path": name_file(part, split)} for split in SPLITS if counts[split, part]
                ],
            }
            for part in parts
        ],
    }


def _tell_licence(licence: str) -> dict[str, str]:
    if licence.lower() in LICENCES:
        return {"license": licence.lower()}
    return {"license": "other", "license_name": _slug(licence) or "none-granted"}


def _slug(text: str) -> str:
    """The hub takes small letters, digits, dots and hyphens."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")[:60]


def tell_size(rows: int) -> str:
    return next((name for below, name in SIZES if rows < below), "n>10M")


def _write_body(about: About, counts: Counts, columns: Mapping[str, Iterable[str]]) -> str:
    sections = [
        f"# {escape_text(about.name) or 'Dataset'}",
        "Made by Tacit from what the users of an app said and did about its answers. `manifest.json` tells how, with "
        "the number of rows at each step; `provenance.jsonl` tells of each row where it comes from.",
        _list_rows(counts),
        "Read it with `datasets` 4.7 or later:\n\n```python\nfrom datasets import load_dataset\n\n"
        'rows = load_dataset("path/of/this/folder", "sft", split="train")\n```',
        *(_list_columns(part, names) for part, names in columns.items()),
        "## Licence\n\n" + (escape_text(about.licence) or "None is granted with these rows."),
        _list_steps(about),
        _list_reviewed(about),
        _list_biases(about),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _list_rows(counts: Counts) -> str:
    parts = dict.fromkeys(part for _, part in counts)
    rows = [f"| {part} | {counts['train', part]} | {counts['validation', part]} |" for part in parts]
    return "\n".join(["| configuration | train | validation |", "| --- | ---: | ---: |", *rows])


def _list_columns(part: str, names: Iterable[str]) -> str:
    return "\n".join([f"## {part}\n\n{KINDS[part]}\n", *(f"- `{name}`: {MEANINGS[name]}" for name in names)])


def _list_steps(about: About) -> str:
    rows = [f"| {escape_text(name)} | {before} | {after} |" for name, before, after in about.steps]
    head = ["## How it was made\n", "| step | rows in | rows out |", "| --- | ---: | ---: |"]
    return "\n".join([*head, *rows]) if rows else ""


def _list_reviewed(about: About) -> str:
    told = [f"- {escape_text(each)}" for each in about.reviewed]
    return "\n".join(["## How right labels by behaviour are\n", *told]) if told else ""


def _list_biases(about: About) -> str:
    return (
        "\n".join(["## Known biases\n", *(f"- {escape_text(bias)}" for bias in about.biases)]) if about.biases else ""
    )


def escape_text(text: str) -> str:
    """As Markdown shows it letter by letter, in one line."""
    line = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]()#+!|~$])", r"\\\1", line)
