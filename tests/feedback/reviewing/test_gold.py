"""What reviews gave to datasets."""

from datetime import UTC, datetime

import pytest

from feedback.datasets.formats import FORMATS
from feedback.datasets.labels.pairs import PAIRS
from feedback.datasets.labels.praised import PRAISED
from feedback.datasets.labels.ratings import RATINGS
from feedback.datasets.labels.selection import Selection
from feedback.datasets.record import Drop
from feedback.flywheel.reading import read_batch
from feedback.models import Dataset, DatasetVersion
from feedback.pages.ingredients import count_judgements, list_ingredients
from feedback.review.questions import Question
from feedback.reviewing.gold import ReviewedVersion, Settled, count_gold
from feedback.reviewing.submitting import Said, submit, take_back
from tests.feedback.reviewing.places import add_item, make_queue
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


def settle(teller: Teller, conversation_id: str, *choices: str, question: str = "answer", **changes: object) -> None:
    row = {
        "project_id": teller.project.pk,
        "question": question,
        "conversation_id": conversation_id,
        "queue": 1,
        "choices": list(choices),
        "said_by": ["anna"],
        "propensity": 0.5,
        "version": 1,
    }
    teller.store.insert("settled_reviews", {name: [value] for name, value in (row | changes).items()})


def settle_some(teller: Teller) -> None:
    for name in ("a", "b", "c", "d"):
        teller.tell(name)
    settle(teller, "a", "other", better_answer="Press it twice.")
    settle(teller, "b", "unsupported")
    settle(teller, "b", "none", queue=2, version=2)
    settle(teller, "c", "refusal", "other")
    settle(teller, "d", "cannot_tell")
    settle(teller, "d", "satisfied", question="outcome")
    settle(teller, "gone", "none", is_deleted=1)


def test_what_was_settled_last_of_each_thing_counts(teller: Teller) -> None:
    settle_some(teller)
    assert count_gold(teller.store, teller.project.pk).settled == Settled(1, 2, 1, 1, 0)
    assert count_gold(teller.store, teller.project.pk + 1).settled == Settled(0, 0, 0, 0, 0)


def test_signals_that_a_queue_confirmed_count_and_not_those_that_somebody_pressed(teller: Teller) -> None:
    for number, (queue, verdict) in enumerate([(1, "confirmed"), (1, "rejected"), (0, "confirmed")]):
        row = {"project_id": teller.project.pk, "conversation_id": "a", "turn_index": number, "kind": "complaint"}
        row |= {"queue": queue, "verdict": verdict, "version": 1}
        teller.store.insert("confirmations", {name: [value] for name, value in row.items()})
    assert count_gold(teller.store, teller.project.pk).settled.signals == 1


def test_the_newest_version_of_each_dataset_tells_its_rows(teller: Teller) -> None:
    now = datetime.now(UTC)
    dataset = Dataset.objects.create(
        project=teller.project, number=1, name="gold", definition={"format": "trl-kto"}, created_at=now
    )
    for number, state in ((1, "built"), (2, "built"), (3, "collecting")):
        sources = {"review:right": number, "review:better_answer": 4, "thumbs:up": 10}
        DatasetVersion.objects.create(
            project=teller.project,
            dataset=dataset,
            number=number,
            key=f"key-{number}",
            state=state,
            definition={"format": "trl-kto"},
            until=now,
            created_at=now,
            manifest={"rows": 20, "counts": {"label_sources": sources}} if state == "built" else None,
        )
    assert count_gold(teller.store, teller.project.pk).versions == (ReviewedVersion(1, "gold", 2, 20, 6, 4),)


def test_the_wizard_counts_what_reviewers_settled(teller: Teller) -> None:
    settle_some(teller)
    rows = teller.store.query("feedback/sql/page_dataset_counts.sql", project_id=teller.project.pk)
    has = count_judgements(rows)
    assert (has.found_right, has.found_wrong, has.rewritten) == (1, 1, 1)
    words = {name: [each.words for each in list_ingredients(name, has)] for name in FORMATS}
    assert "better answers that reviewers wrote" in words["trl-dpo"]
    assert "answers with which reviewers found something wrong" in words["trl-kto"]
    assert "answers with which reviewers found something wrong" not in words["trl-sft"]
    assert not [each for each in list_ingredients("trl-dpo", count_judgements([])) if "review" in each.words]


def list_labels(teller: Teller, selection: Selection) -> list[tuple[str, bool | None, str, str]]:
    [labelled] = read_batch(teller.store, teller.project.pk, ["a"])
    records = [each for each in selection.select(labelled) if not isinstance(each, Drop)]
    return [
        (each.completion[0].content, each.label, each.provenance.label_source, each.provenance.tier) for each in records
    ]


def test_what_a_reviewer_submits_is_a_row_until_they_take_it_back(teller: Teller) -> None:
    teller.tell("a", [("How do I reset it?", "Hold the button."), ("And then?", "It blinks.")])
    item = add_item(make_queue(teller.project, Question.ANSWER), "a", turn_index=1, answer_turn=1)
    submit(teller.store, item, "anna", Said(["other"], better_answer="It blinks twice."))
    source = "review:better_answer"
    assert list_labels(teller, RATINGS) == [
        ("It blinks.", False, source, "gold"),
        ("It blinks twice.", True, source, "gold"),
    ]
    assert list_labels(teller, PAIRS) == [("It blinks twice.", None, source, "gold")]
    assert list_labels(teller, PRAISED) == [("It blinks twice.", None, source, "gold")]
    assert count_gold(teller.store, teller.project.pk).settled == Settled(0, 1, 1, 0, 0)
    take_back(teller.store, item, "anna")
    assert list_labels(teller, RATINGS) == []
    assert not count_gold(teller.store, teller.project.pk).is_any


def test_what_a_reviewer_hears_in_a_message_is_gold(teller: Teller) -> None:
    teller.tell("a", [("How do I reset it?", "Hold the button."), ("No, that is wrong!", "I am sorry.")])
    item = add_item(make_queue(teller.project, Question.REACTION), "a", turn_index=1)
    submit(teller.store, item, "anna", Said(["complaint"]))
    assert list_labels(teller, RATINGS) == [("Hold the button.", False, "signal:complaint", "gold")]
    assert count_gold(teller.store, teller.project.pk).settled.signals == 1


def test_an_item_on_which_reviewers_disagree_is_no_row(teller: Teller) -> None:
    teller.tell("a")
    item = add_item(make_queue(teller.project, Question.ANSWER, reviewers=2), "a", answer_turn=0)
    submit(teller.store, item, "anna", Said(["other"], better_answer="Press it twice."))
    assert list_labels(teller, RATINGS) == []  # nobody else has looked at it yet
    submit(teller.store, item, "bo", Said(["none"]))
    assert list_labels(teller, RATINGS) == []
    submit(teller.store, item, "cy", Said(["none"]), is_adjudication=True)
    assert list_labels(teller, RATINGS) == [("Hold the button.", True, "review:right", "gold")]
