"""What reviewers say of failure modes moves conversations and borders at the next pass, and is undone when it is taken
back."""

import pytest

from feedback.failures.catalogues import load_catalogue, load_pins
from feedback.failures.changes import merge_modes, split_mode
from feedback.failures.finding import assign_waiting, is_due
from feedback.failures.records import load_failing
from feedback.failures.reviewed import SITTING
from feedback.models import FailureModeChange
from feedback.review.questions import CANNOT_TELL, NONE
from tests.feedback.failures.filling import NOW
from tests.feedback.failures.reviewing import draw_modes, say, take_back
from tracing.models import Project
from tracing.store import Store


def look(store: Store, project: Project) -> None:
    assert assign_waiting(store, project.pk, NOW)


def load_modes(store: Store, project: Project) -> dict[str, int]:
    return {row.conversation_id: row.mode for row in load_failing(store, project.pk)}


def list_effects(project: Project, number: int) -> list[str]:
    changes = FailureModeChange.objects.filter(mode__project=project, mode__number=number, what="reviewed")
    return list(changes.order_by("pk").values_list("text", flat=True))


def test_a_conversation_goes_where_reviewers_say_and_stays_there(project: Project, store: Store) -> None:
    draw_modes(store, project)
    assert not is_due(store, project.pk, NOW)
    say(store, project, {"late-0": "mode:2"})
    assert is_due(store, project.pk, NOW)
    look(store, project)
    assert load_modes(store, project)["late-0"] == 2
    assert (list_effects(project, 1), list_effects(project, 2)) == (["1 left"], ["1 conversation came"])
    assert not is_due(store, project.pk, NOW)
    draw_modes(store, project, range(20, 30))
    assert load_modes(store, project)["late-0"] == 2
    assert (len(list_effects(project, 1)), len(list_effects(project, 2))) == (1, 1), "reviews are followed once"


def test_what_follows_from_one_sitting_is_one_line_of_the_history(project: Project, store: Store) -> None:
    draw_modes(store, project)
    for name in ("late-0", "late-1"):
        say(store, project, {name: "mode:2"})
        look(store, project)
    assert list_effects(project, 2) == ["2 conversations came"]
    say(store, project, {"late-2": "mode:2"})
    assert assign_waiting(store, project.pk, NOW + 2 * SITTING)
    assert list_effects(project, 2) == ["2 conversations came", "1 conversation came"]


def test_a_conversation_whose_texts_change_goes_back_to_where_it_belongs(project: Project, store: Store) -> None:
    draw_modes(store, project)
    say(store, project, {"late-0": "mode:2"})
    look(store, project)
    draw_modes(store, project, range(1), version=10**16)  # as the stage writes other words: without a mode
    look(store, project)
    assert load_modes(store, project)["late-0"] == 2


def test_what_is_taken_back_goes_back_to_where_it_was(project: Project, store: Store) -> None:
    draw_modes(store, project)
    say(store, project, {"late-0": "mode:2", "late-1": NONE})
    look(store, project)
    assert [load_modes(store, project)[name] for name in ("late-0", "late-1")] == [2, 0]
    take_back(store, project, "late-0", "late-1")
    look(store, project)
    assert [load_modes(store, project)[name] for name in ("late-0", "late-1")] == [1, 1]
    assert load_pins(project.pk) == {}


def test_none_of_these_leaves_its_mode_and_founds_another_with_others_alike(project: Project, store: Store) -> None:
    draw_modes(store, project)
    say(store, project, {f"late-{at}": NONE for at in range(6)})
    look(store, project)
    modes = load_modes(store, project)
    found = {modes[f"late-{at}"] for at in range(6)}
    assert not found & {1, 2}
    assert all(modes[f"late-{at}"] == 1 for at in range(6, 20)), "others stay"


def test_who_cannot_tell_changes_nothing(project: Project, store: Store) -> None:
    draw_modes(store, project)
    before = load_modes(store, project)
    say(store, project, {"late-0": CANNOT_TELL})
    assert not is_due(store, project.pk, NOW)
    look(store, project)
    assert load_modes(store, project) == before


def test_what_was_said_follows_modes_that_people_merge_and_split(project: Project, store: Store) -> None:
    draw_modes(store, project)
    say(store, project, {"late-0": "mode:2", "lost-0": "mode:2"})
    look(store, project)
    new = split_mode(store, project, 2, ["late-0"], "ann")
    assert load_pins(project.pk)["late-0"].number == new
    say(store, project, {"late-1": "mode:2"})
    look(store, project)
    assert load_modes(store, project)["late-0"] == new, "a person moved it after it was reviewed"
    merge_modes(store, project, [1, 2], "ann")
    say(store, project, {"late-2": "mode:2"})
    look(store, project)
    assert {load_modes(store, project)[name] for name in ("late-1", "late-2", "lost-0")} == {1}
    assert {pin.number for pin in load_pins(project.pk).values()} == {1, new}


def test_a_border_becomes_narrower_and_those_outside_leave_until_it_is_taken_back(
    project: Project, store: Store
) -> None:
    draw_modes(store, project, strangers=40)
    strangers = {mode for name, mode in load_modes(store, project).items() if name.startswith("stranger")}
    assert strangers == {1}, "the border with which modes begin takes them in"
    said = {f"stranger-{at}": NONE for at in range(12)} | {f"late-{at}": "mode:1" for at in range(8)}
    say(store, project, said)
    look(store, project)
    [border] = [mode.border for mode in load_catalogue(project.pk).modes if mode.number == 1]
    assert border > 0.52
    modes = load_modes(store, project)
    outside = sum(modes[f"stranger-{at}"] != 1 for at in range(12, 40))
    assert outside > 14
    assert {mode for name, mode in modes.items() if name.startswith("late")} == {1}
    assert list_effects(project, 1) == [
        f"12 left; its border went from 0.50 to {border:.2f}, and {outside} more lie outside of it"
    ]
    take_back(store, project, *said)
    look(store, project)
    assert {mode.border for mode in load_catalogue(project.pk).modes if mode.number == 1} == {0.5}
    assert load_modes(store, project) == dict.fromkeys(modes, 1) | {f"lost-{at}": 2 for at in range(20)}


@pytest.mark.parametrize("cut", ["save_catalogue", "note_effects", "carry_out"])
def test_a_pass_that_is_cut_off_is_done_again(
    project: Project, store: Store, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    draw_modes(store, project)
    say(store, project, {"late-0": "mode:2"})
    with monkeypatch.context() as patch:
        where = "feedback.failures.finding" if cut == "carry_out" else "feedback.failures.reviewed"
        patch.setattr(f"{where}.{cut}", stop)
        with pytest.raises(KeyboardInterrupt):
            assign_waiting(store, project.pk, NOW)
    assert is_due(store, project.pk, NOW)
    look(store, project)
    assert load_modes(store, project)["late-0"] == 2
    assert list_effects(project, 2) == ["1 conversation came"]


def stop(*_args: object, **_kwargs: object) -> None:
    raise KeyboardInterrupt
