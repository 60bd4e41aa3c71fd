"""The card of a Hugging Face dataset."""

import pytest
import yaml

from feedback.datasets.card import escape_text, tell_size, write_card
from feedback.datasets.format import About, SplitName
from feedback.datasets.huggingface import COLUMNS, name_file

COUNTS: dict[tuple[SplitName, str], int] = {
    (split, part): count
    for part, counts in {"sft": (9, 1), "dpo": (4, 0), "kto": (0, 0)}.items()
    for split, count in zip(("train", "validation"), counts, strict=True)  # type: ignore[misc]
}


def write(about: About) -> tuple[dict[str, object], str]:
    """The card's metadata as YAML is read, and its text."""
    _, told, text = write_card(about, COUNTS, COLUMNS, name_file).split("---\n", 2)
    return yaml.safe_load(told), text


def test_a_card_names_the_files_that_have_rows() -> None:
    told, text = write(About(name="Chats", languages=("en", "de")))
    assert told == {
        "pretty_name": "Chats",
        "license": "other",
        "license_name": "none-granted",
        "language": ["en", "de"],
        "task_categories": ["text-generation"],
        "size_categories": ["n<1K"],
        "tags": ["trl", "conversational", "human-feedback"],
        "configs": [
            {
                "config_name": "sft",
                "data_files": [
                    {"split": "train", "path": "sft/train-00000-of-00001.parquet"},
                    {"split": "validation", "path": "sft/validation-00000-of-00001.parquet"},
                ],
            },
            {
                "config_name": "dpo",
                "data_files": [{"split": "train", "path": "dpo/train-00000-of-00001.parquet"}],
            },
        ],
    }
    assert "| dpo | 4 | 0 |" in text
    assert "None is granted" in text


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        ("CC-BY-4.0", {"license": "cc-by-4.0"}),
        ("mit", {"license": "mit"}),
        ("Ours: ask legal@x.org\n---\n", {"license": "other", "license_name": "ours-ask-legal-x.org"}),
        ("※", {"license": "other", "license_name": "none-granted"}),
    ],
)
def test_a_licence_is_one_that_the_hub_knows_or_another(licence: str, told: dict[str, str]) -> None:
    metadata, _ = write(About(licence=licence))
    assert {key: value for key, value in metadata.items() if key.startswith("license")} == told


def test_texts_of_people_are_neither_yaml_nor_markdown_nor_html() -> None:
    hostile = '---\nlicense: mit\n# <script>alert(1)</script> [x](javascript:1) | `y` "'
    about = About(name=hostile, licence=hostile, biases=(hostile,), steps=((hostile, 2, 1),))
    told, text = write(about)
    assert (told["pretty_name"], told["license"]) == (hostile, "other")
    assert "<script>" not in text
    assert "[x](" not in text
    assert text.count(escape_text(hostile)) == 4


def test_what_was_done_is_told_step_by_step() -> None:
    _, text = write(About(steps=(("selection", 50, 40), ("duplicates", 40, 39)), biases=("Few people judge.",)))
    assert "| selection | 50 | 40 |\n| duplicates | 40 | 39 |" in text
    assert "## Known biases\n\n- Few people judge." in text


@pytest.mark.parametrize(
    ("rows", "size"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**5, "100K<n<1M"), (10**8, "n>10M")]
)
def test_sizes_are_those_of_the_hub(rows: int, size: str) -> None:
    assert tell_size(rows) == size
