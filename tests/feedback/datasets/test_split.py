"""No user and no conversation is on both sides of the split."""

import json
from collections import defaultdict

from feedback.datasets import Dataset
from tests.feedback.datasets.dialogue import Dialogue, build


def like(conversation_id: str, user_id: str) -> Dialogue:
    return Dialogue(conversation_id, user_id).ask(f"about {conversation_id}?", "answer").thumb(0, "up")


def read_sides(dataset: Dataset) -> dict[str, set[str]]:
    """Return the splits in which each conversation is."""
    sides: dict[str, set[str]] = defaultdict(set)
    for line in dataset.files["provenance.jsonl"].splitlines():
        row = json.loads(line)
        sides[row["conversation_id"]].add(row["split"])
    return sides


def test_about_one_group_in_ten_is_held_out() -> None:
    dataset = build("trl-kto", *(like(f"c{number}", f"u{number}") for number in range(400)))
    held_out = dataset.files["validation.jsonl"].count(b"\n")
    assert 20 <= held_out <= 60
    assert dataset.manifest["split"]["validation"] == {"rows": held_out, "groups": held_out}


def test_all_conversations_of_one_user_are_on_one_side() -> None:
    users = {f"c{number}": f"u{number % 40}" for number in range(200)}
    sides = read_sides(build("trl-kto", *(like(conversation, user) for conversation, user in users.items())))
    by_user: dict[str, set[str]] = defaultdict(set)
    for conversation, splits in sides.items():
        by_user[users[conversation]] |= splits
    assert set.union(*by_user.values()) == {"train", "validation"}
    assert all(len(splits) == 1 for splits in by_user.values())


def test_anonymous_users_are_not_one_group() -> None:
    dataset = build("trl-kto", *(like(f"c{number}", "") for number in range(100)))
    assert dataset.manifest["split"]["train"]["groups"] > 50
    assert dataset.manifest["split"]["validation"]["groups"] > 0


def test_people_who_share_a_conversation_are_one_group() -> None:
    dialogues = [like(f"c{number}", f"u{number}") for number in range(30)]
    shared = [like("c0", f"u{number}").ask("more?", f"answer {number}") for number in range(30)]
    for number, dialogue in enumerate(shared):
        dialogue.thumb(1, "up")
        dialogue.turns[1] = type(dialogue.turns[1])(1, f"more {number}?", dialogue.turns[1].answer)
    dataset = build("trl-kto", *dialogues, *shared)
    assert dataset.manifest["split"]["train"]["groups"] == 1


def test_a_conversation_stays_on_its_side_when_others_come() -> None:
    few = [like(f"c{number}", f"u{number}") for number in range(50)]
    more = [like(f"c{number}", f"u{number}") for number in range(50, 150)]
    before, after = read_sides(build("trl-kto", *few)), read_sides(build("trl-kto", *few, *more))
    assert "validation" in set.union(*before.values())
    assert all(after[conversation] == splits for conversation, splits in before.items())


def test_one_busy_user_never_is_the_validation() -> None:
    for busy in range(30):
        rows = [like(f"c{busy}-{number}", f"u{busy}") for number in range(40)]
        dataset = build("trl-kto", *rows, *(like(f"d{number}", f"v{number}") for number in range(40)))
        assert dataset.manifest["split"]["validation"]["rows"] <= 16


def test_few_groups_all_train_and_the_manifest_says_so() -> None:
    dataset = build("trl-kto", *(like(f"c{number}", f"u{number}") for number in range(9)))
    assert dataset.files["validation.jsonl"] == b""
    assert dataset.manifest["split"]["train"] == {"rows": 9, "groups": 9}
    assert "validation.jsonl is empty" in dataset.manifest["split"]["note"]
