"""A version of a dataset on its page: how far it is, what was seen of its rows, its files, and what differs."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from feedback.datasets.definition import Definition
from feedback.flywheel.datasets import change_dataset, create_dataset, definition_of
from feedback.flywheel.running import build_all
from feedback.flywheel.versions import start_version
from feedback.models import Dataset, DatasetVersion
from feedback.pages.dataset_inspections import draw_histogram, show_coverage, show_parts
from feedback.pages.dataset_manifests import show_manifest
from feedback.pages.dataset_rows import Said, choose_row, show_row
from tests.feedback.flywheel.conftest import tell_liked
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry

Open = Callable[[str], Page]
EVIL = '<script>alert(1)</script>"\u202e\x00'
PAGE = "datasets/1/versions/1"
ODD = {"messages": [{"role": None, "content": {"a": 1}, "tool_calls": ["x"]}]}


@pytest.fixture(autouse=True)
def directory(settings: Settings, tmp_path: Path) -> Path:
    settings.DATASETS_DIR = tmp_path / "datasets"
    return tmp_path / "datasets"


@pytest.fixture
def dataset(teller: Teller) -> Dataset:
    return create_dataset(teller.project, "Judged", Definition(format="trl-kto"), "bo@example.org")


def post(path: str, fields: dict[str, str] | None = None) -> str:
    client = Client(headers={"host": "localhost"})
    return unescape(read(client.post(f"/p/default/datasets/{path}", fields or {}, follow=True)))


def inspect(**changes: Any) -> dict[str, Any]:
    """As `feedback.datasets.inspecting.inspection` tells it, of one part, with hostile texts."""
    message = {"role": "user", "content": f"How? {EVIL}"}
    row = {"prompt": [message], "completion": [{"role": "assistant", "content": "So."}], "label": False}
    source = {"conversation_id": "c/ü", "turn_index": 2, "label_source": "thumbs:down", "tier": "gold"}
    second = {"prompt": [message], "completion": [{"role": "assistant", "content": "The second."}], "label": True}
    values = [{"value": EVIL, "count": 4}, {"value": "", "count": 2}]
    outlier = {"conversation_id": "c/ü", "turn_index": 2, "value": 990}
    part = {
        "part": "",
        "rows": {"train": 5, "validation": 1},
        "funnel": [
            {"name": "selection", "in": 90, "out": 10, "dropped": {"not_judged": 79, "failed": 1}},
            {"name": "secrets", "in": 10, "out": 7, "dropped": {"secret": 3}},
            {"name": "quality", "in": 7, "out": 7, "dropped": {}},
            {"name": "caps", "in": 7, "out": 6, "dropped": {"user_cap": 1}},
        ],
        "distributions": [
            {
                "name": "prompt_characters",
                "title": "Length of the prompt",
                "unit": "characters",
                "bins": [{"from": 1, "to": 64, "count": 5}, {"from": 64, "to": 1024, "count": 1}],
                "outliers": [outlier],
            },
            {"name": "topic", "title": "Topics", "unit": "", "values": values, "others": 3, "outliers": []},
        ],
        "enough": {"rows": 6, "needed": 50, "words": "6 rows; 44 are missing.", "steps": ["Ask for thumbs."]},
        "preview": [
            {"split": "train", "row": row, "provenance": source, "is_cut": True},
            {"split": "train", "row": second, "provenance": source, "is_cut": False},
        ],
    }
    items = [
        {"name": EVIL, "key": "1", "rows": 0, "share_of_rows": 0.0, "share_of_traffic": 0.4, "is_hole": True},
        {"name": "", "key": "", "rows": 6, "share_of_rows": 1.0, "share_of_traffic": 0.6, "is_hole": False},
    ]
    reasons = {"not_judged": "nobody said anything", "secret": f"a key is in it {EVIL}", "failed": "it failed"}
    return {
        "gate": {"name": "gate", "in": 40, "out": 38, "dropped": {"consent_refused": 2}},
        "parts": [part | changes],
        "coverage": [{"by": "topic", "title": "Topics", "of": 40, "items": items}],
        "reasons": reasons | {"consent_refused": "the user refused", "user_cap": "too many of one user"},
    }


def start(dataset: Dataset, state: str, **fields: Any) -> DatasetVersion:
    version = start_version(dataset, "bo@example.org", goes_on=False)
    DatasetVersion.objects.filter(pk=version.pk).update(state=state, **fields)
    version.refresh_from_db()
    return version


def test_while_it_is_looked_through_the_page_tells_how_far_it_is(dataset: Dataset, open_page: Open) -> None:
    start(dataset, "collecting", done=30, total=120, doing="reads conversations")
    page = open_page(PAGE)
    assert '<progress value="30" max="120"' in page.html
    assert "30 of 120 conversations read" in page.text
    assert "reads conversations" in page.text
    assert f'hx-get="/p/default/{PAGE}" hx-trigger="every 2s" hx-select="#version"' in page.html
    assert "Delete this version" not in page.text


def test_what_was_looked_at_is_told_and_shown(dataset: Dataset, open_page: Open) -> None:
    start(dataset, "inspected", inspection=inspect())
    page = open_page(PAGE)
    for told in (
        "Of 40 conversations 38 may be used. 2 the user refused",
        "Of 90 answers in them 10 have labels to learn from.",
        "79 nobody said anything",
        "Keys, passwords and tokens 7 −3",
        "At the end 6 rows.",
        "1 step left nothing out Whole and sound answers",
        "6 rows; 44 are missing.",
        "Ask for thumbs.",
        "Nothing is written yet.",
        "A bad answer assistant So.",
        "Long texts are cut here",
        "Topics of 40 conversations 1 hole",
        "in no topic",
        "Build version 1",
    ):
        assert told in page.text, told
    assert "hx-trigger" not in page.html.partition("<main")[2].partition('id="preview"')[0]
    assert page.find_links("conversations/c%2F%C3%BC?turn=3#turn-3") or page.find_links("turn=3#turn-3")


def test_hostile_texts_of_rows_topics_and_reasons_stay_text(dataset: Dataset, open_page: Open) -> None:
    start(dataset, "inspected", inspection=inspect())
    page = open_page(PAGE)
    assert "<script>alert" not in page.html
    assert page.html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5
    assert "\x00" not in page.html


def test_one_walks_through_the_rows(dataset: Dataset, open_page: Open) -> None:
    start(dataset, "inspected", inspection=inspect())
    first, second = open_page(PAGE), open_page(f"{PAGE}?row=2")
    assert "row 1 of 2 drawn ones" in first.text
    assert "A good answer assistant The second." in second.text
    assert [re.findall(r'<a [^>]*data-key="(\w+)"', each.html) for each in (first, second)] == [["next"], ["previous"]]
    for odd in ("0", "99", "x", "-1", "9" * 30):
        assert open_page(f"{PAGE}?row={odd}").status == 200


def test_each_part_of_a_format_has_its_page(dataset: Dataset, open_page: Open) -> None:
    inspection = inspect(part="sft")
    inspection["parts"] += inspect(part="dpo", rows={"train": 2, "validation": 0})["parts"]
    start(dataset, "inspected", inspection=inspection)
    page = open_page(f"{PAGE}?part=dpo")
    assert "Good answers 6 Pairs 2" in page.text
    assert "At the end 2 rows." in page.text


@pytest.mark.parametrize(
    ("state", "fields", "told"),
    [
        ("failed", {"problem": "The disk is full; make room."}, "The disk is full; make room."),
        ("stopped", {}, "A new version begins from the start."),
        ("withdrawn", {}, "somebody in it is to be forgotten, so its files are gone"),
    ],
)
def test_a_version_that_ended_says_what_happened(
    state: str, fields: dict[str, str], told: str, dataset: Dataset, open_page: Open
) -> None:
    start(dataset, state, **fields)
    assert told in open_page(PAGE).text


def test_what_was_looked_at_is_built_downloaded_and_compared(dataset: Dataset, teller: Teller, open_page: Open) -> None:
    tell_liked(teller, 12)
    assert "It is being looked through" in post("1/look")
    build_all(teller.store)
    assert "rows to train on" in open_page(PAGE).text
    assert "It is being built" in post("1/versions/1/build")
    build_all(teller.store)
    page = open_page(PAGE)
    rows = DatasetVersion.objects.get().manifest["rows"]
    assert f"Built · {rows} rows" in page.text
    assert "What to know before training on it" in page.text
    assert "tacit export --dataset Judged --version 1 --project default --out DIR" in page.text

    file = open_page(f"{PAGE}/files/train.jsonl").response
    assert "attachment" in file.headers["Content-Disposition"]
    lines = file.getvalue().decode().splitlines()
    with zipfile.ZipFile(io.BytesIO(open_page(f"{PAGE}/archive").response.getvalue())) as archive:
        assert archive.read("train.jsonl").decode().splitlines() == lines
        [train] = [each for each in json.loads(archive.read("manifest.json"))["files"] if each == "train.jsonl"]
    assert train in page.text
    for outside in ("../../manifest.json", "..%2f..%2fsubjects.txt", "subjects.txt", "work/list"):
        assert open_page(f"{PAGE}/files/{outside}").status == 404
    told = AuditEntry.objects.filter(action="download_dataset_file").values_list("target", "details")
    assert [(name, details["rows"]) for name, details in told] == [("version 1 of 1 Judged, train.jsonl", rows)]

    stricter = Definition(format="trl-kto", filter="thumbs:up")
    change_dataset(dataset, definition=stricter)
    assert definition_of(dataset) == stricter
    post("1/look")
    build_all(teller.store)
    assert open_page("datasets/1/compare?older=1&newer=2").status == 404
    post("1/versions/2/build")
    build_all(teller.store)
    compared = open_page("datasets/1/compare?older=1&newer=2").text
    assert "gone 4" in compared
    assert "Conversations – thumbs:up" in compared
    assert "What is left after each step" in compared


def test_a_version_is_stopped_and_deleted(dataset: Dataset, open_page: Open) -> None:
    post("1/look")
    assert "Stopped" in post("1/versions/1/stop")
    assert "so there is nothing to stop" in post("1/versions/1/stop")
    assert "so it cannot be built" in post("1/versions/1/build")
    assert "Version 1 is deleted" in post("1/versions/1/delete")
    assert open_page(PAGE).status == 404
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"look_at_dataset", "stop_dataset_version", "delete_dataset_version"} <= actions


def test_who_may_only_read_sees_rows_and_downloads_but_changes_nothing(dataset: Dataset, quick_passwords: None) -> None:
    start(dataset, "inspected", inspection=inspect())
    make_user("vi@example.org", dataset.project, Role.VIEWER)
    html = read(log_in("vi@example.org").get(f"/p/default/{PAGE}"))
    assert "44 are missing" in html
    assert 'method="post" action="/p/' not in html


def test_a_row_is_read_whatever_its_format() -> None:
    call = {"function": {"name": "look_up", "arguments": '{"city": "Köln"}'}}
    pair = {
        "input": {"messages": [{"role": "user", "content": "Q"}], "tools": []},
        "preferred_output": [{"role": "assistant", "content": "A", "tool_calls": [call]}],
        "non_preferred_output": [{"role": "assistant", "content": [{"type": "text", "text": "B"}]}],
    }
    shown = show_row(pair, {})
    assert shown.messages == (Said("user", "Q"),)
    assert [(each.tone, each.messages) for each in shown.answers] == [
        ("good", (Said("assistant", "A", ('look_up({"city": "Köln"})',)),)),
        ("bad", (Said("assistant", "B"),)),
    ]
    task = {"data": {"messages": [{"role": "user", "content": "Q"}], "trace_id": "t"}, "predictions": []}
    assert show_row(task, {}).messages == (Said("user", "Q"),)
    assert show_row(task, {}).columns == (("predictions", "[]"), ("trace_id", "t"))
    case = {"vars": {"messages": '[{"role": "user", "content": "Q"}]', "answer": "A"}, "assert": []}
    assert show_row(case, {}).messages == (Said("user", "Q"),)
    table = {"question": "=1+1", "answer": "A", "verdict": "good"}
    assert show_row(table, {}).columns == tuple(table.items())


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"messages": None},
        {"messages": "not JSON"},
        {"prompt": [None, 3]},
        {"prompt": 3},
        {"vars": None},
        {"messages": [{"role": None, "content": {"a": 1}, "tool_calls": ["x"]}]},
    ],
)
def test_a_row_of_any_shape_is_shown(row: dict[str, Any]) -> None:
    assert json.loads(show_row(row, {}).raw) == row


def test_the_row_that_was_asked_for_is_chosen() -> None:
    assert [choose_row("abc", asked) for asked in ("", "1", "3", "4", "0", "²")] == [0, 0, 2, 2, 0, 0]
    assert choose_row("", "2") == 0


def test_bars_stand_for_their_counts() -> None:
    [part] = show_parts(inspect())
    length, topics = part.histograms
    assert [(bar.left, bar.height) for bar in length.bars] == [(0.0, 100.0), (50.0, 20.0)]
    assert (length.low, length.high) == ("1", "1,024 characters")
    assert [bar.width for bar in topics.bars] == [100.0, 50.0]
    assert [bar.label for bar in topics.bars] == [EVIL, "in no topic"]
    assert topics.others == 3
    assert [(step.kept, step.lost) for step in part.steps] == [(70.0, 30.0), (60.0, 10.0)]
    assert draw_histogram({"title": "None", "bins": []}) is None


def test_a_hole_is_shown_however_far_down_it_stands() -> None:
    items = [
        {"name": str(number), "key": "k", "rows": 1, "share_of_rows": 0.05, "share_of_traffic": 0.05}
        | {"is_hole": number == 11}
        for number in range(13)
    ]
    [coverage] = show_coverage({"coverage": [{"by": "model", "items": items}]})
    assert [item.name for item in coverage.first] == [*map(str, range(8)), "11"]
    assert len(coverage.rest) == 4


def test_advice_is_a_line_to_paste_for_each_part() -> None:
    advice = {"trainer": "DPOTrainer", "beta": 0.1, "loss": "sigmoid", "flag": True, "why": "Because."}
    [one] = show_manifest({"trainer_advice": advice}).advice
    assert (one.trainer, one.options, one.why) == ("DPOTrainer", 'beta=0.1,\nloss="sigmoid",\nflag=True,', "Because.")
    parts = show_manifest({"trainer_advice": {"sft": advice, "kto": {}}}).advice
    assert [each.part for each in parts] == ["sft"]
    assert show_manifest({"trainer_advice": {}}).advice == ()
