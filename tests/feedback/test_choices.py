"""What selectors offer is read anew where that is quick, and kept for a while where it is not."""

import pytest

from feedback import choices
from feedback.choices import load_choices
from tracing.store import Store


def add_conversation(store: Store, name: str, model: str) -> None:
    row = {"project_id": [1], "conversation_id": [name], "models": [[model]], "version": [1]}
    store.insert("conversations", row)


def test_a_small_project_offers_what_came_in_at_once(store: Store) -> None:
    add_conversation(store, "a", "first")
    assert load_choices(store, 1)["models"] == ["first"]
    add_conversation(store, "b", "second")
    assert sorted(load_choices(store, 1)["models"]) == ["first", "second"]


def test_a_large_project_is_read_again_after_a_while(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "_kept", {})
    monkeypatch.setattr(choices, "LARGE", 1)
    clock = iter((0.0, 0.0005, 0.0015))
    monkeypatch.setattr(choices.time, "monotonic", lambda: next(clock))
    add_conversation(store, "a", "first")
    assert load_choices(store, 1)["models"] == ["first"]
    add_conversation(store, "b", "second")
    assert load_choices(store, 1)["models"] == ["first"]
    assert sorted(load_choices(store, 1)["models"]) == ["first", "second"]


def test_one_project_is_never_offered_what_another_has(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "_kept", {})
    monkeypatch.setattr(choices, "LARGE", 1)
    add_conversation(store, "a", "first")
    assert load_choices(store, 1)["models"] == ["first"]
    assert load_choices(store, 2)["models"] == []
