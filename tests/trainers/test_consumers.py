"""Every other format is taken by what it is for: Together's checker, OpenAI's types, Label Studio, Promptfoo, pandas
and `datasets`, each in an environment of its own and without a network."""

import json
import shutil
from pathlib import Path

import pytest

from feedback.datasets.format import SPLITS, About
from feedback.datasets.formats import FORMATS
from feedback.datasets.messages import Row
from tests.feedback.datasets.specimens import HOSTILE, list_specimens, make_agent, make_record, write_rows
from tests.parts import need
from tests.trainers.crowd import export
from tests.trainers.running import CONSUMERS, TRAINERS, run_promptfoo, run_python
from tracing.formulas import unguard_cell

pytestmark = pytest.mark.slow

ABOUT = About(
    name='Chats: "of"\n---\nlicense: mit {{x}}',
    licence="Our own: words",
    languages=("en", "de"),
    biases=("<b>One</b> | bias.",),
)


def read_export(name: str, folder: Path, part: str = "") -> dict[str, list[Row]]:
    return {split: list(FORMATS[name].read(folder, split, part)) for split in SPLITS}


def write_specimens(name: str, folder: Path) -> None:
    """Hostile texts above all, in both splits."""
    folder.mkdir()
    specimens = list_specimens()
    write_rows(name, folder, specimens, specimens[:5], ABOUT)


@pytest.mark.parametrize("name", ["openai-sft", "openai-dpo"])
@pytest.mark.parametrize("make", [export, write_specimens])
def test_together_and_openai_take_every_row(name: str, make: object, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    make(name, folder)  # type: ignore[operator]
    rows = read_export(name, folder)
    reports = run_python(CONSUMERS, "check.py", "together", folder, tmp_path)
    for split, report in reports.items():
        assert (report["is_check_passed"], report["num_samples"]) == (True, len(rows[split])), report
    assert run_python(CONSUMERS, "check.py", "openai", folder, tmp_path) == {"rows": sum(map(len, rows.values()))}


def test_label_studio_takes_every_task_and_prediction(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    write_specimens("label-studio", folder)
    told = run_python(CONSUMERS, "check.py", "label-studio", folder, tmp_path)
    assert (told["faults"], told["refused"]) == ([], [])
    assert told["tasks"] == [row for rows in read_export("label-studio", folder).values() for row in rows]


def test_promptfoo_asks_what_was_asked_and_renders_nothing_of_it(tmp_path: Path) -> None:
    need("npm", shutil.which("npm"))
    folder = tmp_path / "export"
    write_specimens("evals", folder)
    results = run_promptfoo(folder, tmp_path, SECRET="a secret of the machine")
    cases = [row for rows in read_export("evals", folder).values() for row in rows]
    assert results["results"]["stats"]["successes"] == len(cases)
    asked = sorted(json.dumps(json.loads(each["response"]["output"])) for each in results["results"]["results"])
    assert asked == sorted(json.dumps(json.loads(case["vars"]["messages"])) for case in cases)
    assert any(HOSTILE[0] in json.loads(case["vars"]["messages"])[-1]["content"] for case in cases)
    assert "a secret of the machine" not in json.dumps(results)


def test_pandas_reads_the_table_as_it_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    write_specimens("csv", folder)
    told = run_python(CONSUMERS, "check.py", "pandas", folder, tmp_path)
    unguarded = {
        split: [{name: unguard_cell(cell) for name, cell in row.items()} for row in rows]
        for split, rows in told.items()
    }
    assert unguarded == read_export("csv", folder)


@pytest.mark.parametrize("make", [export, write_specimens])
def test_datasets_loads_each_configuration_and_split_by_the_card(make: object, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    make("hf", folder)  # type: ignore[operator]
    told = run_python(TRAINERS, "check.py", "huggingface", folder, tmp_path)
    assert told["rows"] == {part.name: read_export("hf", folder, part.name) for part in FORMATS["hf"].parts}


@pytest.mark.parametrize("name", ["trl-sft", "trl-prompt-completion", "trl-dpo", "trl-kto", "trl-reward"])
def test_a_tool_that_comes_late_is_read_with_the_features_that_are_advised(name: str, tmp_path: Path) -> None:
    """`datasets` takes the first 10 MB for the shape of all rows."""
    [part] = FORMATS[name].parts
    folder = tmp_path / "export"
    folder.mkdir()
    plain = [make_record(f"{number}? {'x' * 2000}", answer=f"{number}.") for number in range(6000)]
    write_rows(name, folder, [*plain, make_agent(), *list_specimens()[4:5]])
    (folder / "manifest.json").write_text(json.dumps({"trainer_advice": part.advise([])}))
    told = run_python(TRAINERS, "check.py", "datasets", folder, tmp_path)
    assert told == {"is_equal": True, "rows": 6002, "is_refused_without": True}


def test_the_hub_reads_in_the_card_what_was_put_there(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    write_rows("hf", folder, [make_record()], about=ABOUT)
    told = run_python(TRAINERS, "check.py", "huggingface", folder, tmp_path)
    card = told["card"]
    assert (card["license"], card["license_name"], card["language"]) == ("other", "our-own-words", ["en", "de"])
    assert (card["pretty_name"], card["size_categories"]) == (ABOUT.name, ["n<1K"])
    assert [each["config_name"] for each in card["configs"]] == ["sft", "dpo", "kto"]
    assert list(told["rows"]["sft"]) == ["train"]
    assert "<b>" not in told["text"]
