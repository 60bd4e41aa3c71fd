"""Evaluation sets: numbered and named in their project, read from files, kept as digests."""

import pytest

from feedback.datasets.weighing.contamination import digest_texts
from feedback.flywheel import evaluation_sets
from feedback.flywheel.evaluation_sets import add_evaluation_set, find_evaluation_set, load_grams, read_texts
from tracing.models import Project

TEXTS = ["What is the longest river that flows through the north of the county of Kent?", "Why?"]


def test_digests_are_kept_and_no_text(project: Project) -> None:
    made = add_evaluation_set(project, " Rivers ", [*TEXTS, "  "], "anna")
    assert (made.number, made.name, made.texts) == (1, "Rivers", 2)
    assert b"river" not in bytes(made.grams)
    assert load_grams(project.pk, [1]) == digest_texts(TEXTS)
    assert load_grams(project.pk, [2]) == load_grams(project.pk, []) == frozenset()
    add_evaluation_set(project, "Other", ["So."], "anna")
    assert load_grams(project.pk, [1, 2]) == digest_texts([*TEXTS, "So."])


@pytest.mark.parametrize(
    ("name", "texts", "words"),
    [
        ("", TEXTS, "1 to"),
        ("a\0", TEXTS, "1 to"),
        ("Rivers", TEXTS, "choose another"),
        ("b", [" "], "has 1 to"),
    ],
)
def test_what_cannot_be_is_told(project: Project, name: str, texts: list[str], words: str) -> None:
    add_evaluation_set(project, "Rivers", TEXTS, "anna")
    with pytest.raises(ValueError, match=words):
        add_evaluation_set(project, name, texts, "anna")


def test_numbers_are_of_their_project(project: Project) -> None:
    add_evaluation_set(project, "Rivers", TEXTS, "anna")
    other = Project.objects.create(slug="other", name="Other")
    assert find_evaluation_set(other, 1) is None
    assert find_evaluation_set(project, 2**40) is None
    assert add_evaluation_set(other, "Rivers", TEXTS, "anna").number == 1


def test_files_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_texts("\ufeffone\n\ntwo\n".encode()) == ["one\n", "two\n"]
    assert read_texts(b'{"input": [{"role": "user", "content": "one"}]}\n{"ideal": "two"}\n') == ["one", "two"]
    with pytest.raises(ValueError, match="not UTF-8"):
        read_texts(b"\xff\xfe")
    monkeypatch.setattr(evaluation_sets, "MOST_BYTES", 3)
    with pytest.raises(ValueError, match="MB at most"):
        read_texts(b"four")
